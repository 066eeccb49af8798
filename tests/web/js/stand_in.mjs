/** As much of a page as the desk's scripts touch: elements by id, texts by key, a clock that a test moves, one line out. */

class Element {
  constructor() {
    Object.assign(this, { textContent: "", value: "", hidden: false, dataset: {}, children: [], attributes: new Map(), listeners: new Map() });
  }

  addEventListener(name, heard) {
    this.listeners.set(name, [...(this.listeners.get(name) ?? []), heard]);
  }

  removeEventListener(name, heard) {
    this.listeners.set(name, (this.listeners.get(name) ?? []).filter((one) => one !== heard));
  }

  removeAttribute(name) {
    this.attributes.delete(name);
  }

  dispatch(name) {
    for (const heard of this.listeners.get(name) ?? []) heard({ preventDefault() {} });
  }

  setAttribute(name, value) {
    this.attributes.set(name, value);
  }

  getAttribute(name) {
    return this.attributes.get(name) ?? null;
  }

  replaceChildren(...children) {
    this.children = children;
  }

  append(...children) {
    this.children.push(...children);
  }

  querySelectorAll() {
    return [];
  }

  focus() {}
}

const elements = new Map();

/** The element with this id; asked for, it is there. */
export function byId(id) {
  if (!elements.has(id)) elements.set(id, new Element());
  return elements.get(id);
}

/** Texts of the page by key, as templates bring them; any other reads `<key>`. */
export const texts = new Map();

/** The page's `<meta>` by name. */
export const metas = new Map([["csrf-token", "token"], ["desk-sign-in", "/en/desk/sign-in"]]);
export const main = new Element();
const page = new Element();

function queried(selector) {
  if (selector === "main") return main;
  const [, meta] = /^meta\[name="(.*)"\]$/.exec(selector) ?? [];
  if (meta !== undefined) return metas.has(meta) ? { getAttribute: () => metas.get(meta) } : null;
  const [, key] = /^\[data-text="(.*)"\]$/.exec(selector) ?? [];
  if (key === undefined || texts.get(key) === null) return null;
  return { textContent: texts.get(key) ?? `<${key}>` };
}

export const left = [];
export const kept = new Map();
Object.assign(globalThis, {
  document: {
    documentElement: { lang: "en", dataset: {} },
    getElementById: byId,
    createElement: () => new Element(),
    querySelector: queried,
    querySelectorAll: (selector) => [...texts.keys()].filter((key) => selector.includes(`"${key.split(".")[0]}.`))
      .map((key) => ({ dataset: { text: key }, textContent: texts.get(key) })),
    addEventListener: page.addEventListener.bind(page),
  },
  window: { location: { replace: (address) => left.push(address), pathname: "/" }, isSecureContext: true, addEventListener() {} },
  CSS: { escape: (text) => text },
  HTMLElement: Element,
  sessionStorage: {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => kept.set(key, value),
    removeItem: (key) => kept.delete(key),
  },
});

/** Somebody does something on the page: a key, a touch. */
export function sign(name = "keydown") {
  page.dispatch(name);
}

/** Lets everything run that waits for nothing but its turn. */
export async function settled() {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((done) => { setImmediate(done); });
}

/** Requests that the page made, and what is answered: `answer(method, path, body)` gives [status, body] or throws. */
export const line = { asked: [], answer: () => [204] };
globalThis.fetch = async (path, { method, body, keepalive = false }) => {
  line.asked.push({ method, path, keepalive });
  const [status, given] = await line.answer(method, path, body === undefined ? undefined : JSON.parse(body));
  return new Response(given === undefined ? null : JSON.stringify(given), { status });
};
