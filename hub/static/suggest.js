// Suggests while one types in the search box, by the browser's own list. Without this the box works as well.
(() => {
  const box = document.querySelector("form.box input[name=q]");
  const list = document.createElement("datalist");
  let rest, request;

  async function suggest() {
    request = new AbortController();
    try {
      const address = "/suggest.json?q=" + encodeURIComponent(box.value);
      const answer = await fetch(address, { signal: request.signal });
      const found = await answer.json();
      list.replaceChildren(...found.map((one) => new Option(one.text)));
    } catch {
      // An older request, or no answer: what is suggested stays as it is.
    }
  }

  list.id = "suggestions";
  box.after(list);
  box.setAttribute("list", list.id);
  box.addEventListener("input", () => {
    clearTimeout(rest);
    request?.abort();
    rest = setTimeout(suggest, 150);
  });
})();
