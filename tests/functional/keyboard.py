"""Using pages with Tab, Enter, Space, arrows and letters alone, as somebody does who has no mouse."""

from dataclasses import dataclass
from typing import Final

from tests.functional.browser import Page

FOCUSED: Final = """() => {
  const one = document.activeElement;
  const named = one.labels && one.labels.length ? one.labels[0] : one;
  const shows = (element, part) => {
    const style = element && getComputedStyle(element, part);
    return style && (style.outlineStyle !== "none" || style.boxShadow !== "none");
  };
  const box = named.getBoundingClientRect();
  return {
    name: (one.getAttribute("aria-label") || named.textContent).trim().replace(/\\s+/g, " "),
    kind: one.type || one.tagName.toLowerCase(),
    shown: [document.body, document.getElementById("main")].includes(one) ||
      Boolean(shows(one) || shows(one.nextElementSibling, "::before")),
    inside: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
  };
}"""
"""What has the focus, whether one sees that it has, and whether it is on the screen."""

FARTHEST: Final = 120


@dataclass
class Keyboard:
    """The keys of one page. AssertionError for what they do not reach, and for a focus that nobody can see."""

    page: Page

    def skip(self) -> None:
        """Past the header, by the link that is there for it."""
        self._press("Tab")
        self._require("Skip to main content")
        self._press("Enter")

    def go(self, name: str, *kinds: str) -> None:
        """Tab to what is called so, or so and more after a comma."""
        for _ in range(FARTHEST):
            self._press("Tab")
            if self._is(name, kinds):
                return
        raise AssertionError(f"{name!r} cannot be reached with Tab at {self.page.page.url}")

    def write(self, label: str, text: str) -> None:
        """Write into a field; what was in it goes."""
        self.go(label, "text", "email", "password", "textarea", "search")
        self._press("Control+a")
        self.page.page.keyboard.type(text)

    def press(self, name: str) -> None:
        """A button, or a link."""
        self.go(name, "submit", "a", "")
        self._press("Enter")

    def choose(self, label: str, words: str) -> None:
        """One of a list, by its first letters."""
        self.go(label, "select-one")
        self.page.page.keyboard.type(words)

    def pick(self, name: str) -> None:
        """One of several buttons of which one is on: Tab comes to the first, arrows go on, Space picks."""
        for _ in range(FARTHEST):
            if self._focused()["kind"] == "radio":
                break
            self._press("Tab")
        for _ in range(10):
            if self._is(name, ("radio",)):
                self._press("Space")
                return
            self._press("ArrowDown")
        raise AssertionError(f"{name!r} cannot be picked with arrows at {self.page.page.url}")

    def _is(self, name: str, kinds: tuple[str, ...]) -> bool:
        found = self._focused()
        assert found["shown"], f"nobody sees that {found['name']!r} has the focus at {self.page.page.url}"
        assert found["inside"], f"{found['name']!r} has the focus outside of the window at {self.page.page.url}"
        return f"{found['name']}, ".startswith(f"{name}, ") and (not kinds or found["kind"] in kinds)

    def _require(self, name: str) -> None:
        assert self._is(name, ()), f"{self._focused()['name']!r} has the focus, not {name!r}"

    def _focused(self) -> dict[str, str]:
        found: dict[str, str] = self.page.page.evaluate(FOCUSED)
        return found

    def _press(self, key: str) -> None:
        self.page.page.keyboard.press(key)
