"""In a real browser, under the portal's own policy, js/seal/ keeps every claim of crypto/vectors (SPEC; PROTOCOL 1)."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.sealing_page import ROOT, served

VECTORS = sorted((ROOT / "crypto" / "vectors").glob("*/*.json"))

pytestmark = pytest.mark.browser

CHECK_ALL = """async (vectors) => {
  const { problemWith } = await import("/tests/crypto/js/vectors.js");
  const problems = {};
  for (const [name, vector] of Object.entries(vectors)) {
    const problem = await problemWith(vector);
    if (problem !== undefined) problems[name] = problem;
  }
  return problems;
}"""


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """A page with nothing but the policy, which notes every breach of it."""
    with served() as address:
        opened = browser.new_page()
        opened.goto(address)
        opened.evaluate(
            """async () => {
              globalThis.breaches = [];
              addEventListener("securitypolicyviolation", (event) => breaches.push(event.violatedDirective));
              globalThis.seal = await import("/portal/static/js/seal/index.js");
              const { SealWorker } = await import("/portal/static/js/worker/client.js");
              globalThis.worker = new SealWorker();
            }"""
        )
        yield opened
        opened.close()


def _area(path: Path) -> str:
    return path.parent.name


@pytest.mark.parametrize("area", sorted({_area(path) for path in VECTORS}))
def test_every_claim_of_the_vectors_holds(page: Page, area: str) -> None:
    vectors = {
        path.stem: json.loads(path.read_text(encoding="utf-8")) for path in VECTORS if _area(path) == area
    }
    assert page.evaluate(CHECK_ALL, vectors) == {}


def test_a_password_is_stretched_in_the_worker_with_progress(page: Page) -> None:
    found = page.evaluate(
        """async () => {
          const shares = [];
          const given = { password: "Blåbær på kontoret 42", salt: new Uint8Array(16), kdf: 1 };
          const keys = await worker.run("stretch", given, { onProgress: (share) => shares.push(share) });
          return { shares, auth: seal.toHex(keys.auth) };
        }"""
    )
    assert found["shares"] == sorted(found["shares"])
    assert found["shares"][-1] == 1
    assert 20 < len(found["shares"]) <= 101
    assert len(found["auth"]) == 64


def test_an_error_of_the_worker_keeps_its_class(page: Page) -> None:
    kept = page.evaluate(
        """async () => {
          const given = { password: "x", salt: new Uint8Array(16), kdf: 2 };
          const error = await worker.run("stretch", given).catch((failed) => failed);
          return [error instanceof seal.KdfRefused, error instanceof seal.CryptoError, error.name];
        }"""
    )
    assert kept == [True, True, "KdfRefused"]


def test_cards_are_opened_and_found_in_the_worker(page: Page) -> None:
    found = page.evaluate(
        """async () => {
          const holder = seal.Root.generate();
          const rows = ["Mangler i regnskabet", "Overtid", "Mangler i lageret"].map((title) => {
            const place = { case: seal.randomBytes(16), number: 0 };
            const desk = seal.Root.generate();
            return {
              case: seal.toHex(place.case), number: 0, holder: "epoch 0",
              wrapped: seal.toBase64(seal.wrapCaseRoot(holder, desk, { ...place, scope: "desk" })),
              card: seal.toBase64(seal.wrapCard(desk, seal.fitCard(title, "FRAUD"), place)),
            };
          });
          const given = { holders: [{ name: "epoch 0", secret: holder.secret }], rows };
          const { cards } = await worker.run("openCards", given);
          const search = await worker.run("search", { query: "mangler", limit: 1 });
          await worker.run("forgetCards");
          const after = await worker.run("search", { query: "" });
          const titles = cards.map((card) => card.title);
          return { titles, total: search.total, kept: search.cards.length, after: after.total };
        }"""
    )
    titles = ["Mangler i regnskabet", "Overtid", "Mangler i lageret"]
    assert found == {"titles": titles, "total": 2, "kept": 1, "after": 0}


def test_a_file_is_sealed_and_opened_in_the_worker_part_by_part(page: Page) -> None:
    found = page.evaluate(
        """async () => {
          const root = seal.Root.generate();
          const content = new Uint8Array(5_000_000).map((_, i) => i % 251);
          const parts = [];
          let open = 0;
          const onPart = async (part) => {
            open += 1;
            if (open > 1) throw new Error("a second part came before the first was taken");
            await new Promise((resolve) => setTimeout(resolve, 5));
            parts.push(part);
            open -= 1;
          };
          const recipient = root.party.recipient.toString();
          const given = { file: new Blob([content]), recipient, name: "a", type: "b", partSize: 1_000_000 };
          const { item, sealedSize } = await worker.run("sealAttachment", given, { onPart });
          const sealed = new Blob(parts.splice(0));
          const opening = { source: sealed, secret: root.secret, item };
          const { size } = await worker.run("openAttachment", opening, { onPart });
          const back = new Uint8Array(await new Blob(parts).arrayBuffer());
          const swapped = { ...opening, item: { ...item, head: "00".repeat(32) } };
          const refused = await worker.run("openAttachment", swapped, { onPart }).catch((error) => error.name);
          const same = back.every((byte, i) => byte === content[i]);
          return { sizes: [sealed.size === sealedSize, size], same, refused };
        }"""
    )
    assert found == {"sizes": [True, 5_000_000], "same": True, "refused": "AttachmentDamaged"}


def test_the_worker_fetches_a_sealed_file_from_this_origin_only(page: Page) -> None:
    outcomes = page.evaluate(
        """async () => {
          const item = { size: 1, sha256: "00".repeat(32), head: "00".repeat(32) };
          const tries = ["/LICENSE", "/no-such-file", "https://example.org/file", "//example.org/file"];
          return Promise.all(tries.map((source) =>
            worker.run("openAttachment", { source, secret: new Uint8Array(32), item })
              .catch((error) => [error.name, error.status])));
        }"""
    )
    names = [name for name, _ in outcomes]
    assert names == ["AttachmentDamaged", "NotFetched", "TypeError", "TypeError"]
    assert outcomes[1][1] == 404


def test_ending_the_worker_rejects_what_runs_and_forgets_what_it_knew(page: Page) -> None:
    ended = page.evaluate(
        """async () => {
          const { SealWorker } = await import("/portal/static/js/worker/client.js");
          const second = new SealWorker();
          const running = second.run("stretch", { password: "x", salt: new Uint8Array(16), kdf: 1 });
          second.end();
          return running.catch((error) => error.name);
        }"""
    )
    assert ended == "AbortError"


def test_a_code_for_the_recovery_sheet_is_drawn_without_html_text(page: Page) -> None:
    drawn: Any = page.evaluate(
        """async () => {
          const { qrSvg } = await import("/portal/static/js/seal/qr.js");
          const svg = qrSvg(seal.Root.generate().identity.toString(), "QR code of the recovery key");
          document.body.append(svg);
          const { width, height } = svg.getBoundingClientRect();
          const label = svg.getAttribute("aria-label");
          return { label, square: Math.abs(width - height) < 1, seen: width > 50, breaches };
        }"""
    )
    assert drawn == {"label": "QR code of the recovery key", "square": True, "seen": True, "breaches": []}


def test_the_policy_refuses_any_other_worker_and_any_second_policy(page: Page) -> None:
    refused = page.evaluate(
        """async () => {
          const attempt = (action) => { try { action(); return "allowed"; } catch (error) { return error.name; } };
          return [
            attempt(() => new Worker("/portal/static/dist/worker.js")),
            attempt(() => trustedTypes.createPolicy("fortrolig-worker", { createScriptURL: (url) => url })),
            attempt(() => trustedTypes.createPolicy("default", { createScriptURL: (url) => url })),
            attempt(() => { document.createElement("script").text = "1"; }),
          ];
        }"""
    )
    assert refused == ["TypeError"] * 4
