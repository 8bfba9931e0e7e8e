"""The one error that people see."""


class Problem(Exception):  # noqa: N818 - what it is, not where it came from
    """Something that the person at the terminal can put right: what is wrong, and what to do next.

    `code` is the exit code: 2 when the call itself can't be served (a taken port, a directory in use),
    1 when something failed on the way.
    """

    def __init__(self, what: str, *, todo: str, code: int = 1) -> None:
        super().__init__(what)
        self.what = what
        self.todo = todo
        self.code = code
