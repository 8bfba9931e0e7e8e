// What unfold's pages need to run on Alpine's CSP build, which evaluates no text as code (docs/adr/0013).
"use strict";

// htmx must not evaluate attributes either, nor write a style element: unfold's style sheet has what it would hold.
htmx.config.allowEval = false;
htmx.config.includeIndicatorStyles = false;

// The few expressions of unfold's templates that the CSP build does not take, and what says the same:
// it knows no statements, and a style given as text would be an inline style.
const REWRITTEN = [
  // What is watched for here, the button stores by itself.
  [/;\s*\$watch\('sidebarDesktopOpen'.*$/s, ""],
  [/^(sidebarDesktopOpen = !sidebarDesktopOpen); (localStorage\.setItem\(.*\));$/, "[$1, $2]"],
  [/^'width: ' \+ changeListWidth \+ 'px'$/, "{width: changeListWidth + 'px'}"],
  [/^(openSearchResults = true); (currentIndex = 0)$/, "[$1, $2]"],
  [/^openSearchResults = false; if \(\$refs\.searchInput\.value === ''\).*$/s, "[openSearchResults = false, emptyOrLeave($refs.searchInput)]"],
  [/^if \((!\$event\.metaKey && !\$event\.ctrlKey)\) (selectItem\(.*\))$/, "$1 && $2"],
];

document.addEventListener("alpine:init", () => {
  Alpine.interceptInit((element) => {
    for (const attribute of element.attributes) {
      if (!attribute.name.startsWith("x-")) continue;
      const expression = attribute.value.trim();
      for (const [pattern, replacement] of REWRITTEN) {
        if (pattern.test(expression)) attribute.value = expression.replace(pattern, replacement);
      }
    }
  });

  for (const component of [searchForm, searchDropdown, searchCommand]) {
    Alpine.data(component.name, component);
  }
  // The outermost component. What expressions take from the window, they find in it.
  Alpine.data("theme", (chosen) => ({
    ...theme(chosen),
    getCurrentTab,
    localStorage: {
      getItem: (key) => localStorage.getItem(key),
      setItem: (key, value) => localStorage.setItem(key, value),
    },
    window: { location: { pathname: location.pathname, search: location.search } },
    emptyOrLeave(input) {
      if (input.value === "") input.blur();
      else input.value = "";
    },
  }));
});
