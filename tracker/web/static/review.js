// The review page: text and drafts pointing at each other, deeds done in place, and keys. All of it works without, by
// links and forms; the server answers the same addresses.
"use strict";

(() => {
  const review = document.getElementById("review");
  if (!review) {
    return;
  }
  const text = review.querySelector(".plan-text");
  const said = document.getElementById("said");
  const keys = document.getElementById("keys");
  const PIECES = "X-Review-Pieces";
  const narrow = window.matchMedia("(max-width: 991.98px)");
  let current = null; // the draft that is worked on
  const settled = []; // the drafts that were settled on this page, the latest last, for "u"
  let queue = Promise.resolve(); // deeds go one after the other, so that the counts are those of the last

  const cards = () => [...review.querySelectorAll("article[data-draft]")];
  const isOpen = (card) => card.dataset.state === "open";
  const clauseOf = (card) => document.getElementById(`clause-${card.dataset.draft}`);
  const cardOf = (id) => document.getElementById(`draft-${id}`);

  // Pointing ---------------------------------------------------------------------------------------------------

  function mark(card, name) {
    review.querySelectorAll(`.${name}`).forEach((node) => node.classList.remove(name));
    [card, card && clauseOf(card)].forEach((node) => node && node.classList.add(name));
  }

  function showClause(card) {
    const clause = clauseOf(card);
    if (!clause || !text.clientHeight) {
      return;
    }
    const fold = clause.closest("details.gap");
    if (fold) {
      fold.open = true;
    }
    const above = clause.getBoundingClientRect().top - text.getBoundingClientRect().top;
    if (above < 16 || above > text.clientHeight * 0.6) {
      text.scrollBy({ top: above - text.clientHeight / 3, behavior: "instant" });
    }
  }

  function pointAt(card, { focus = true, scroll = true } = {}) {
    current = card;
    mark(card, "is-pointed");
    showClause(card);
    if (focus && !card.contains(document.activeElement)) {
      card.focus({ preventScroll: true });
    }
    if (scroll) {
      card.scrollIntoView({ block: "nearest", behavior: "instant" });
    }
  }

  function pointByAddress() {
    const found = /^#(?:draft|clause)-(\d+)$/.exec(location.hash);
    const card = found && cardOf(found[1]);
    if (card) {
      const wasHidden = !card.clientHeight;
      view("both");
      pointAt(card, { scroll: wasHidden || location.hash.startsWith("#clause") });
    }
  }

  const pairOf = (target) => {
    const node = target instanceof Element && target.closest("[data-clause], article[data-draft]");
    return node ? cardOf(node.dataset.clause || node.dataset.draft) : null;
  };
  review.addEventListener("mouseover", (event) => mark(pairOf(event.target), "is-near"));
  review.addEventListener("mouseleave", () => mark(null, "is-near"));
  review.addEventListener("focusin", (event) => {
    const card = event.target.closest("article[data-draft]");
    if (card && card !== current) {
      pointAt(card, { focus: false, scroll: false });
    }
  });

  // The text follows the drafts; while somebody reads in it with the mouse it is left alone.
  let waiting = false;
  function follow() {
    waiting = false;
    const line = (narrow.matches ? text.getBoundingClientRect().bottom : 0) + window.innerHeight * 0.2;
    const card = cards().find((each) => each.getBoundingClientRect().bottom > line);
    if (card && !text.matches(":hover") && document.activeElement !== text) {
      showClause(card);
    }
  }
  window.addEventListener("scroll", () => {
    if (!waiting) {
      waiting = true;
      requestAnimationFrame(follow);
    }
  }, { passive: true });

  function view(which) {
    document.getElementById(`view-${which}`).checked = true;
  }
  review.querySelectorAll(".view-switch input").forEach((choice) => {
    choice.addEventListener("change", () => {
      choice.blur();
      if (current) {
        pointAt(current);
      }
    });
  });

  // Deeds in place ---------------------------------------------------------------------------------------------

  function say(words, refused) {
    said.textContent = words;
    said.hidden = !words;
    said.classList.toggle("said-refused", Boolean(refused));
  }

  function nextOpen(card) {
    const all = cards();
    const at = all.indexOf(card);
    return all.slice(at + 1).find(isOpen) || all.find(isOpen) || null;
  }

  function putIn(page, id) {
    const [fresh, old] = [page.getElementById(id), document.getElementById(id)];
    if (fresh && old) {
      old.replaceWith(fresh);
    }
  }

  function settle(old, page) {
    const fresh = page.querySelector("article[data-draft]");
    const told = page.getElementById("said");
    const top = old.getBoundingClientRect().top;
    putIn(page, "review-tabs");
    putIn(page, "review-helps");
    old.replaceWith(fresh);
    const clause = clauseOf(fresh);
    if (clause) {
      clause.classList.toggle("clause-adopted", fresh.dataset.state === "adopted");
      clause.classList.toggle("clause-dropped", fresh.dataset.state === "dropped");
    }
    const refused = told.hasAttribute("data-refused");
    say(told.textContent, refused);
    const at = settled.indexOf(fresh.id);
    if (at >= 0) {
      settled.splice(at, 1);
    }
    if (refused || isOpen(fresh)) {
      goOn(fresh, top);
      return;
    }
    settled.push(fresh.id);
    goOn(nextOpen(fresh), top);
  }

  // The draft to go on with takes the place on the screen of the one that was settled.
  function goOn(card, top) {
    const done = document.getElementById("page-done");
    done.hidden = Boolean(card);
    if (!card) {
      done.focus();
      return;
    }
    const moved = card.getBoundingClientRect().top - top;
    if (Math.abs(moved) < window.innerHeight) {
      window.scrollBy({ top: moved, behavior: "instant" });
    }
    pointAt(card);
  }

  async function send(form, card) {
    card.setAttribute("aria-busy", "true");
    let answer;
    try {
      answer = await fetch(form.action, {
        method: "POST",
        body: new URLSearchParams(new FormData(form)),
        headers: { [PIECES]: "yes" },
      });
    } catch {
      say("没有连上服务器，没有办理。请检查网络后再试。", true);
      return;
    } finally {
      card.removeAttribute("aria-busy");
      delete form.dataset.sent;
    }
    if (answer.headers.get(PIECES) === "yes") {
      settle(card, new DOMParser().parseFromString(await answer.text(), "text/html"));
    } else {
      form.submit(); // whatever it is, the page that comes says it; a deed done twice is done once
    }
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    const found = /\/drafts\/(\d+)\//.exec(form.action);
    const card = form.matches("form[data-quick]") && found && cardOf(found[1]);
    if (!card || event.defaultPrevented) {
      return;
    }
    event.preventDefault();
    queue = queue.then(() => send(form, card));
  });

  // Keys -------------------------------------------------------------------------------------------------------

  function here() {
    const box = current && current.isConnected && current.getBoundingClientRect();
    if (box && box.bottom > 0 && box.top < window.innerHeight) {
      return current;
    }
    return cards().find((card) => card.getBoundingClientRect().bottom > window.innerHeight * 0.2) || null;
  }

  function step(by) {
    const all = cards();
    const card = here();
    const seen = card && card === current;
    const at = seen ? all.indexOf(card) + by : all.indexOf(card);
    say("");
    if (all[at]) {
      view(narrow.matches && !text.clientHeight ? "drafts" : "both");
      pointAt(all[at]);
    }
  }

  function press(card, key) {
    const control = card && card.querySelector(`[data-key="${key}"]`);
    if (!control) {
      return false;
    }
    if (control.form) {
      control.form.requestSubmit(control);
    } else {
      control.click();
    }
    return true;
  }

  function settleBy(key, cannot) {
    const card = here();
    if (card && card !== current) {
      pointAt(card); // what is not pointed at is shown first, and settled by the next press
    } else if (card && !press(card, key)) {
      say(isOpen(card) ? cannot : "这一条已经办理过了。", true);
    }
  }

  function showText() {
    const card = here();
    if (document.activeElement === text) {
      view("both");
      if (card) {
        pointAt(card);
      }
      return;
    }
    if (narrow.matches) {
      view("text");
    }
    text.focus({ preventScroll: !narrow.matches });
    if (card) {
      mark(card, "is-pointed");
      showClause(card);
    }
  }

  const KEYS = {
    j: () => step(1),
    ArrowDown: () => step(1),
    k: () => step(-1),
    ArrowUp: () => step(-1),
    a: () => settleBy("a", "这一条的单位还没有补齐，不能采纳。请先对应单位，或按 e 修改。"),
    d: () => settleBy("d", "这一条不能舍弃。"),
    e: () => settleBy("e", "这一条不能修改。"),
    u: () => press(document.getElementById(settled.at(-1)) || here(), "u") || say("没有可以撤销的采纳或舍弃。", true),
    o: showText,
    "?": () => { keys.open = !keys.open; },
    "？": () => { keys.open = !keys.open; },
    Escape: () => { keys.open = false; },
  };

  const isTyping = (target) => Boolean(target.closest("input, textarea, select, [contenteditable]"));

  document.addEventListener("keydown", (event) => {
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const ours = Object.hasOwn(KEYS, key) && !event.ctrlKey && !event.metaKey && !event.altKey && !event.isComposing;
    if (!ours || isTyping(event.target) || (event.repeat && !/^(?:j|k|Arrow.*)$/.test(key))) {
      return;
    }
    // In the text the arrows scroll it.
    if (key.startsWith("Arrow") && text.contains(event.target)) {
      return;
    }
    event.preventDefault();
    KEYS[key]();
  });

  keys.hidden = false;
  window.addEventListener("hashchange", pointByAddress);
  pointByAddress();
})();
