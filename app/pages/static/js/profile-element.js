// <penchant-profile src="https://penchant.example" token="...">: a person's own page within a page of yours.
//
// The token is handed to the frame by message and kept in its memory. When it has ended, the element fires
// `penchant-token`: set the attribute `token` anew. Custom properties that begin with --penchant- are handed on.

const THEMES = ["page", "card", "text", "soft", "accent", "on-accent", "font", "radius"];

class ProfileElement extends HTMLElement {
  static observedAttributes = ["token", "src"];

  connectedCallback() {
    this.style.display ||= "block";
    window.addEventListener("message", this);
    this.show();
  }

  disconnectedCallback() {
    window.removeEventListener("message", this);
    this.frame?.remove();
    this.frame = null;
  }

  attributeChangedCallback(name) {
    if (!this.isConnected || !this.frame) return;
    if (name === "src") this.show();
    else this.give();
  }

  get origin() {
    return new URL(this.getAttribute("src") ?? import.meta.url, document.baseURI).origin;
  }

  show() {
    this.frame?.remove();
    this.frame = document.createElement("iframe");
    this.frame.title = this.getAttribute("title") ?? "My profile";
    this.frame.src = `${this.origin}/me`;
    this.frame.style.cssText = "width: 100%; min-height: 30rem; border: 0; display: block; color-scheme: inherit";
    this.append(this.frame);
  }

  handleEvent(event) {
    if (event.source !== this.frame?.contentWindow || event.origin !== this.origin) return;
    const { penchant, height } = event.data ?? {};
    if (penchant === "height" && Number.isFinite(height)) this.frame.style.height = `${Math.min(height, 20_000)}px`;
    if (penchant !== "token") return;
    if (this.given === this.getAttribute("token")) this.dispatchEvent(new CustomEvent("penchant-token", { bubbles: true }));
    else this.give();
  }

  give() {
    const token = this.getAttribute("token");
    if (!token) return;
    const style = getComputedStyle(this);
    const set = THEMES.map((name) => [name, style.getPropertyValue(`--penchant-${name}`).trim()]).filter(([, value]) => value);
    this.given = token;
    this.frame.contentWindow.postMessage({ token, theme: Object.fromEntries(set) }, this.origin);
  }
}

customElements.define("penchant-profile", ProfileElement);
