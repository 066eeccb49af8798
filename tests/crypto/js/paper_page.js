/** As much of a page as the desk's scripts touch: an element for every id, a text for every key, `main`, and no network. */

class Paper {
  textContent = "";
  hidden = false;
  value = "";
  checked = false;
  files = [];
  dataset = {};
  children = [];
  #attributes = new Map();
  #listeners = [];

  addEventListener(name, work) { this.#listeners.push([name, work]); }

  removeEventListener(name, work) { this.#listeners = this.#listeners.filter(([, one]) => one !== work); }

  /** What somebody does with it. */
  dispatch(name) {
    for (const [one, work] of this.#listeners) if (one === name) work({ preventDefault() {} });
  }

  setAttribute(name, value) { this.#attributes.set(name, value); }

  getAttribute(name) { return this.#attributes.get(name) ?? null; }

  hasAttribute(name) { return this.#attributes.has(name); }

  removeAttribute(name) { this.#attributes.delete(name); }

  append(...nodes) { this.children.push(...nodes); }

  prepend(...nodes) { this.children.unshift(...nodes); }

  replaceChildren(...nodes) { this.children = nodes; }

  querySelector() { return null; }

  querySelectorAll() { return []; }

  focus() {}
}

const elements = new Map();

/** The element of this id. */
export function element(id) {
  if (!elements.has(id)) elements.set(id, new Paper());
  return elements.get(id);
}

const main = new Paper();

/** The code of the Breach that has taken the page, if one has. */
export function halted() {
  return main.children[0]?.dataset.code;
}

/** A page that nobody has touched. */
export function newPage() {
  elements.clear();
  main.replaceChildren();
}

Object.assign(globalThis, {
  document: {
    documentElement: { lang: "en", dataset: {} },
    title: "",
    getElementById: element,
    createElement: () => new Paper(),
    querySelector(selector) {
      if (selector === "main") return main;
      const key = /^\[data-text="(.*)"\]$/.exec(selector)?.[1];
      return key === undefined ? null : { textContent: key };
    },
    querySelectorAll: () => [],
  },
  CSS: { escape: (text) => text },
  HTMLElement: Paper,
  window: { isSecureContext: true },
});

/** What was sent since, each `{ method, path, body }`; `answer` says what comes back, nothing is 204. */
export function network(answer = () => undefined) {
  const sent = [];
  globalThis.fetch = async (path, { method, body }) => {
    const request = { method, path, body: body === undefined ? undefined : JSON.parse(body) };
    sent.push(request);
    const { status = 200, json } = answer(request) ?? {};
    return json === undefined ? new Response(null, { status: 204 }) : new Response(JSON.stringify(json), { status });
  };
  return sent;
}

/** Waits until `holds`, at most for five seconds. */
export async function until(holds) {
  for (let i = 0; i < 500 && !holds(); i += 1) await new Promise((resolve) => setTimeout(resolve, 10));
}
