// Single keys in the moderation queue: j and k move, a and d decide. Without this the page works as well. A person can
// switch them off (WCAG 2.1.4), which this browser remembers; they do nothing in fields, or with Ctrl, Alt and the like.
(() => {
  const told = document.getElementById("keys");
  if (!told) return;
  const kept = "moothall-queue-keys";
  const entries = () => Array.from(document.querySelectorAll(".queue > [tabindex]"));
  let on = true;
  try { on = localStorage.getItem(kept) !== "off"; } catch { /* Nothing is kept here: they are on. */ }

  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button-plain";
  const say = () => { button.textContent = on ? told.dataset.off : told.dataset.on; };
  button.addEventListener("click", () => {
    on = !on;
    try { localStorage.setItem(kept, on ? "on" : "off"); } catch { /* It holds for this page alone. */ }
    say();
  });
  say();
  told.append(button);

  function here() {
    return entries().findIndex((one) => one.contains(document.activeElement));
  }

  document.addEventListener("keydown", (event) => {
    if (!on || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]")) return;
    const list = entries();
    const at = here();
    if (event.key === "j" || event.key === "k") {
      const next = event.key === "j" ? Math.min(at + 1, list.length - 1) : Math.max(at - 1, 0);
      list[next]?.focus();
      event.preventDefault();
    } else if ((event.key === "a" || event.key === "d") && at >= 0) {
      list[at].querySelector(`[data-key="${event.key}"]`)?.click();
      event.preventDefault();
    }
  });
})();
