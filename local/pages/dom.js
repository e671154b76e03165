/** Builds an element. Children are elements or text; text is never read as HTML. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(key, "");
    else if (value !== false && value != null) made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child != null));
  return made;
}

export function button(text, onClick, attributes = {}) {
  const made = element("button", { type: "button", ...attributes }, text);
  made.addEventListener("click", onClick);
  return made;
}

/** A control with its name above it. */
export function labelled(name, control) {
  return element("label", { class: "field" }, element("span", {}, name), control);
}

export function select(label, options, onChange) {
  const made = element("select", {}, ...options);
  made.addEventListener("change", onChange);
  return { field: labelled(label, made), select: made };
}

/** Shows other children in place of those there; the focus stays on the control in the same place, without one on `next`. */
export function replaceChildren(parent, children, next = parent) {
  const controls = () => [...parent.querySelectorAll("button, a, input")];
  const focused = controls().indexOf(document.activeElement);
  parent.replaceChildren(...children);
  if (focused >= 0) focusOn(controls().at(Math.min(focused, controls().length - 1)) ?? next);
}

/** Hides something or shows it. A focus in it goes to `next`: without one the keyboard begins at the top of the page again. */
export function setHidden(root, isHidden, next) {
  const hadFocus = isHidden && root.contains(document.activeElement);
  root.hidden = isHidden;
  if (hadFocus) focusOn(next);
}

/** Puts the focus on a control, or on a text from which the keyboard goes on. */
export function focusOn(target) {
  if (target.tabIndex < 0) target.tabIndex = -1;
  target.focus();
}

export function avatar(picture, size) {
  return element("img", { class: "avatar", src: picture, alt: "", width: size, height: size, loading: "lazy" });
}

const STATES = { "signed-out": "Signed out", connecting: "Connecting", live: "Live", reconnecting: "Reconnecting" };

/** Shows in a pill how a connection is. */
export function showState(pill, name) {
  pill.textContent = STATES[name];
  pill.dataset.state = name;
}
