// The buttons of passkeys: asks the browser, and sends its answer with the form. Without this they are not shown.
(() => {
  const bytes = (text) => {
    const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, (one) => one.charCodeAt(0));
  };
  const text = (buffer) => {
    const plain = Array.from(new Uint8Array(buffer), (one) => String.fromCharCode(one)).join("");
    return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  };
  const described = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

  async function make(options) {
    const user = { ...options.user, id: bytes(options.user.id) };
    const excludeCredentials = described(options.excludeCredentials);
    const publicKey = { ...options, user, excludeCredentials, challenge: bytes(options.challenge) };
    const made = await navigator.credentials.create({ publicKey });
    return [made, { attestationObject: text(made.response.attestationObject),
      transports: made.response.getTransports ? made.response.getTransports() : [] }];
  }

  async function prove(options) {
    const allowCredentials = described(options.allowCredentials);
    const publicKey = { ...options, allowCredentials, challenge: bytes(options.challenge) };
    const found = await navigator.credentials.get({ publicKey });
    const { authenticatorData, signature, userHandle } = found.response;
    return [found, { authenticatorData: text(authenticatorData), signature: text(signature),
      userHandle: userHandle ? text(userHandle) : null }];
  }

  async function ask(form) {
    const options = JSON.parse(form.dataset.options);
    const [found, said] = await (options.user ? make : prove)(options);
    const response = { ...said, clientDataJSON: text(found.response.clientDataJSON) };
    form.elements.answer.value = JSON.stringify({ id: found.id, rawId: text(found.rawId), type: found.type, response,
      clientExtensionResults: {}, authenticatorAttachment: found.authenticatorAttachment });
    const remember = document.querySelector("input[type=checkbox][name=remember]");
    if (remember?.checked && form.elements.kept) form.elements.kept.value = "y";
    form.submit();
  }

  if (!window.PublicKeyCredential) return;
  for (const form of document.querySelectorAll("form[data-options]")) {
    const failed = form.querySelector("[role=alert]");
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      failed.textContent = "";
      ask(form).catch(() => { failed.textContent = form.dataset.failed; });
    });
  }
  for (const one of document.querySelectorAll("[data-unscripted]")) one.hidden = true;
})();
