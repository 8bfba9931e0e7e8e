"""What the admin's pages share whose buttons call services."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from unfold.decorators import ActionDialog

from accounts.admin_base import BrandScopedAdmin, permission_to
from api.errors import as_domain_error
from tenants.errors import DomainError


class ActsThroughServices(BrandScopedAdmin):
    """Rows that nobody edits and that change through services, one button each. Buttons name the permission `act`."""

    def has_act_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Whether the viewer may do something about a row, this one if it is named."""
        if not request.user.has_perm(permission_to("change", self.model)):
            return False
        if object_id is None:
            return True
        row = self.get_object(request, object_id)
        return row is not None and self.may(request, "change", row)

    def act(self, request: HttpRequest, object_id: str, do: Callable[[Any], str]) -> bool:
        """Does it and says what was done, or why not; whether it was done."""
        row = self.get_object(request, object_id)
        try:
            done = do(row)
        except (DomainError, Error) as error:
            refusal = as_domain_error(error, method=request.method or "")
            if refusal is None:
                raise
            messages.error(request, str(refusal))
            return False
        messages.success(request, done)
        return True

    def act_from_dialog(self, request: HttpRequest, object_id: str, do: Callable[[Any], str]) -> HttpResponse:
        """As `act`, and back to the row's page."""
        self.act(request, object_id, do)
        # The dialog was sent by htmx, which takes the page to where this says.
        return HttpResponse(headers={"HX-Redirect": self.page_of(object_id)})

    def page_of(self, object_id: Any) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[object_id])


def confirmation(*, title: str, description: str, submit: str, form: Any = None) -> ActionDialog:
    """What a button asks before it acts."""
    return {"title": title, "description": description, "form_class": form, "form_submit_text": submit}
