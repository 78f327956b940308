/* Reviewing with a script: keys, saving without a reload, and a queue for bad connections.

Every form with data-save works without this file. With it, what a form says is first put into the
browser's storage, then sent; it leaves the storage when the server says that it is saved. Each
form has an id of its own, so what is sent twice is saved once. What waited is older than what its
author decided in another browser meanwhile: the server is told when its page was made, and refuses
it. What the server refuses for good is shown until its author has seen it. */

"use strict";

(() => {
  const words = document.getElementById("words")?.dataset;
  if (!words) return;
  const KEYS_OFF = "review-keys-off";
  const RETRY = 10000;
  const TWICE = 800; // ms between the taps of a double tap, and some
  const UNDOABLE = new Set(["decide", "declare", "split"]);
  const pages = new Map(); // address -> a page that was fetched in advance: its text and its own address
  const touched = new Set(); // items on which one acted: a page fetched before knows nothing of it
  let sending = false;
  let sent = Promise.resolve(); // done when nothing is being sent
  let ended = false;
  let pressed = null; // the label that the keys act on
  let shining = ""; // the label whose sentence stands out: the last one that they acted on
  let warned = false; // that something typed on this page is not saved
  let here = ""; // the address of what is looked at
  let undoneAt = -Infinity; // when an undo was last asked for, or came about
  let decidedAt = -Infinity; // when a button of a decision was last clicked

  const $ = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const main = () => document.getElementById("main");
  const item = () => $("#item")?.dataset.item;

  // A list in the browser's storage; in memory where there is none.
  function stored(name, show) {
    let memory = [];
    let unstored = false; // the storage takes nothing more: it is full, say
    return {
      name,
      read() {
        if (unstored) return memory;
        try { return JSON.parse(localStorage.getItem(name) || "[]"); } catch { return memory; }
      },
      keep(list) {
        memory = list;
        try {
          localStorage.setItem(name, JSON.stringify(list));
          unstored = false;
        } catch { unstored = true; }
        show();
      },
    };
  }
  const unsent = stored(`review-waiting-${words.person}`, showWaiting);
  const refused = stored(`review-refused-${words.person}`, showRefused);
  const { read: waiting, keep } = unsent;

  // What of a list is not undone by a later entry.
  function standing(list) {
    const undone = new Set(list.map((entry) => entry.undoes));
    return list.filter((entry) => !undone.has(entry.id));
  }

  function showWaiting() {
    const list = waiting();
    document.body.classList.toggle("has-waiting", list.length > 0);
    const line = $("#waits");
    line.hidden = !list.length || (sending && list.length === 1);
    line.textContent = list.length ? (ended ? words.ended : words.waiting) + list.length : "";
    if (ended && list.length) {
      const door = document.createElement("a");
      door.href = "/enter";
      door.textContent = words.enter;
      line.append(" ", door);
    }
    const own = standing(list).filter((entry) => entry.label && entry.item === item());
    for (const card of all(".label")) {
      const entry = own.findLast((one) => one.label === card.dataset.label);
      card.classList.toggle("waiting", Boolean(entry));
      // A page that was made before it is saved shows it as decided, or it would be decided again.
      if (entry && !("waits" in card.dataset)) showAsDecided(card, entry);
    }
  }

  // What the server refused, and of what: the work is lost to nobody's notice.
  function showRefused() {
    $("#refused").replaceChildren(...refused.read().map((entry) => {
      const line = document.createElement("p");
      const why = document.createElement("span");
      const away = document.createElement("button");
      line.className = "alarm";
      why.textContent = entry.why;
      if (entry.english) { why.lang = "en"; why.dir = "ltr"; }
      away.className = "link-button";
      away.textContent = words.away;
      away.addEventListener("click", () => refused.keep(refused.read().filter((one) => one.id !== entry.id)));
      line.append(words.refused, entry.about, entry.why ? ": " : "", why, " ", away);
      return line;
    }));
  }

  function alarm(text) {
    $("#alarm").innerHTML = "";
    if (!text) return;
    const line = document.createElement("p");
    line.className = "alarm";
    line.textContent = text;
    $("#alarm").append(line);
  }

  // Begins the ids that this browser makes: the server knows by it what was decided in another.
  const browser = (() => {
    const fresh = randomId().slice(0, 12);
    try {
      const known = localStorage.getItem("review-browser") || fresh;
      localStorage.setItem("review-browser", known);
      return known;
    } catch { return fresh; }
  })();
  const newId = () => browser + randomId().slice(browser.length);

  function randomId() {
    if (crypto.randomUUID) return crypto.randomUUID().replaceAll("-", "");
    return [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");
  }

  // A form becomes an entry of the queue, without the session's token, which is added when it is sent.
  function entryOf(form, button) {
    const fields = new URLSearchParams(new FormData(form, button));
    const id = newId();
    fields.set("id", id);
    fields.delete("csrf");
    if (form.dataset.save === "decide") fields.set("last", $("#item").dataset.last);
    const card = form.closest(".label");
    return {
      id, path: form.getAttribute("action"), kind: form.dataset.save, body: fields.toString(),
      item: fields.get("item"), label: fields.get("label"), verdict: fields.get("verdict"),
      instead: fields.get("verdict") === "relabel" ? fields.get("instead") : "",
      about: [card && $("h3", card).lastChild, $("#title")].map((one) => one?.textContent.trim()).filter(Boolean).join(" – "),
    };
  }

  // The field without which a form says nothing: the server would refuse it.
  function unchosen(form, button) {
    if (form.dataset.save === "split" && !$(":checked", form)) return $("input[type=checkbox]", form);
    const instead = button?.value === "relabel" && $("select[name=instead]", form);
    return instead && !instead.value ? instead : null;
  }

  function submit(form, button) {
    const entry = entryOf(form, button);
    alarm("");
    if (entry.kind === "undo" && (tappedTwice() || takeBack())) return;
    keep([...waiting(), entry]);
    touched.add(entry.item);
    // A page that was fetched in advance knows nothing of what is decided for other items.
    if (entry.kind !== "decide" || entry.body.includes("group=")) pages.clear();
    flush(); // first, or the page would move for the moment in which it waits
    saySaving();
    if (entry.kind === "decide" && entry.label) goOn(form.closest(".label"), entry);
    else form.reset();
  }

  // A second tap of one finger is no second wish: the button now takes back something else.
  function tappedTwice() {
    const since = performance.now() - undoneAt;
    undoneAt = performance.now();
    return since < TWICE;
  }

  // The last act that waits is undone by not sending it; once its sending began, nobody here knows
  // whether it is saved, so an undo of just this act is sent after it.
  function takeBack() {
    const list = waiting();
    const last = standing(list).filter((entry) => UNDOABLE.has(entry.kind)).at(-1);
    if (!last) return false;
    if (last.tried) {
      const id = newId();
      const queue = new URLSearchParams(last.body).get("queue") || "";
      const body = new URLSearchParams({ id, queue, item: last.item, batch: last.id }).toString();
      const path = last.path.replace(/[^/]*$/, "undo");
      keep([...list, { id, path, kind: "undo", body, item: last.item, label: null, about: last.about, undoes: last.id }]);
      touched.add(last.item);
      pages.clear();
      saySaving();
      flush();
      return true;
    }
    keep(list.filter((entry) => entry.id !== last.id));
    const card = cardOf(last.label);
    if (card) { settle(card); choose(card, true, !atHand()); }
    say(`${words.undone} ${last.about}`);
    // What the button takes back now is not what the line names.
    for (const [name, hidden] of [["once", true], ["also", false]]) {
      const part = $(`#status .${name}`);
      if (part) part.hidden = hidden;
    }
    return true;
  }

  let told = null; // the status line as the server last gave it, while another one stands there
  function say(text) {
    told ??= $("#status").innerHTML;
    const line = $("#status .last") || $("#status p");
    if (line) line.textContent = text;
  }

  function saySaving() { if (!ended) say(words.saving); }

  function sayAgain(html = told) {
    if (html !== null) $("#status").innerHTML = html;
    told = null;
    nameItem();
  }

  // What was saved names its item where another one is looked at.
  function nameItem() {
    for (const title of all("#status [data-of]")) title.hidden = title.dataset.of === item();
  }

  function mark(card, verdict) {
    for (const button of all("button[aria-pressed]", card)) {
      button.setAttribute("aria-pressed", String(button.value === verdict));
    }
  }

  // The note that is saved with a decision, as its field has it.
  const noteOf = (entry) => (new URLSearchParams(entry.body).get("reason") || "").replaceAll("\r\n", "\n");

  function showAsDecided(card, entry) {
    mark(card, entry.verdict);
    card.dataset.waits = noteOf(entry);
  }

  // What was not saved is not shown as decided.
  function settle(card) {
    delete card.dataset.waits;
    mark(card, card.dataset.mine);
    showAtHand();
  }

  function goOn(card, entry) {
    showAsDecided(card, entry);
    const open = nextOpen();
    if (open) choose(open, true);
    else {
      choose(null); // one key too many changes nothing
      // The button stays at the window's edge: going to it needs no leap of the page.
      $("#next")?.focus({ preventScroll: true });
    }
  }

  // Sends what waits; done when it is sent, or could not be.
  function flush() {
    if (!sending && !ended) sent = sendAll();
    return sent;
  }

  async function sendAll() {
    sending = true;
    showWaiting();
    try {
      for (let list = waiting(); list.length; list = waiting()) {
        const entry = list[0];
        if (!entry.tried) {
          keep(list.map((other) => (other.id === entry.id ? { ...other, tried: true } : other)));
        }
        const answer = await send(entry);
        if (!answer) break;
        // Another window may have sent it meanwhile.
        keep(waiting().filter((other) => other.id !== entry.id));
        if (answer.error !== undefined) {
          sayAgain();
          const { error: why, english } = answer;
          refused.keep([...refused.read(), { id: entry.id, about: entry.about, why, english }]);
          all(".label").filter((card) => card.dataset.label === entry.label).forEach(settle);
        }
        else await show(answer, entry);
      }
      if (!waiting().length && $("#alarm").textContent === words.offline) alarm("");
    } finally {
      sending = false;
      showWaiting();
    }
  }

  // The answer of the server, {error} for a refusal that will not change, null to try again.
  async function send(entry) {
    const body = new URLSearchParams(entry.body);
    body.set("csrf", words.csrf);
    let response;
    try {
      response = await fetch(entry.path, {
        method: "POST", body, headers: { Accept: "application/json" }, credentials: "same-origin",
      });
    } catch { return null; }
    if (response.status === 401) { ended = true; sayAgain(); return null; }
    if (response.status === 429 || response.status >= 500) return null;
    try { return await response.json(); } catch { return null; }
  }

  // Puts what the server says in the place of what it replaces; what is being typed stays.
  async function show(answer, entry) {
    if (answer.main === undefined) { location.assign(answer.address); return; } // its item has no page
    const fresh = new DOMParser().parseFromString(answer.main, "text/html");
    sayAgain(answer.status);
    if (entry.kind === "undo") undoneAt = performance.now();
    if (answer.item !== item()) {
      // Where something is being typed one stays: the line at the top says what was taken back.
      if (entry.kind === "undo" && item()) { if (!lost()) place(fresh, answer.address); }
      else if (entry.kind === "undo") location.reload();
      return;
    }
    const wanted = all(".label", fresh).map((card) => card.id);
    const have = all(".label").map((card) => card.id);
    const same = entry.kind === "decide" && !entry.instead && wanted.length === have.length && wanted.every((id) => have.includes(id));
    if (!same) {
      const active = document.activeElement;
      const label = pressed?.id;
      const typed = unsaved(entry);
      const wasOpen = $("#optional")?.open;
      const read = $(".item > article").scrollTop;
      const mine = new Map(all(".label").map((card) => [card.id, card.dataset.mine]));
      place(fresh, "", false);
      $(".item > article").scrollTop = read;
      if (wasOpen && $("#optional")) $("#optional").open = true;
      typed.forEach(putBack);
      const changed = entry.instead && cardOf(entry.instead);
      if (changed) {
        const details = changed.closest("details");
        if (details) details.open = true;
        if (!typing(active)) bring(changed);
      }
      // What was taken back is decided again next: by a key it is that label, and no other.
      const open = entry.kind === "undo" && all(".label").find((one) => mine.get(one.id) && mine.get(one.id) !== one.dataset.mine);
      const card = open || (entry.label ? null : changed) || document.getElementById(label) || nextOpen();
      if (active?.id && (entry.kind !== "undo" || typing(active))) {
        choose(card);
        document.getElementById(active.id)?.focus();
      } else choose(card, true, entry.kind !== "undo" || !atHand());
      return;
    }
    replaceCard(fresh, `label-${entry.label.replaceAll("/", "-").replaceAll(".", "-")}`, unsaved(entry));
    for (const selector of [".where", ".goto"]) swap($(selector), $(selector, fresh));
    showWaiting();
  }

  // What is being typed, and was not saved with an entry.
  function unsaved(entry) {
    return typed().filter((field) => field.closest(".label")?.dataset.label !== entry.label
      || (!field.matches("select") && field.value !== noteOf(entry)));
  }

  function typed() {
    return all("textarea, select, input[id]:not([type=checkbox])", main())
      .filter((field) => (field.matches("select") ? field.selectedIndex > 0 : field.value !== field.defaultValue));
  }

  // Words that would be lost with this item's page.
  const lost = () => item() && typed().find((field) =>
    !field.matches("select") && field.value !== field.closest(".label")?.dataset.waits);

  // Says once of each page that something typed on it is not saved, instead of leaving it.
  function stays() {
    const field = warned ? null : lost();
    if (!field) return false;
    warned = true;
    const button = $("button", field.closest(field.closest(".label") ? ".field" : "form"));
    alarm(button ? words.typed.replace("{button}", button.textContent.trim()) : words.typedNote);
    field.closest("details").open = true;
    field.focus();
    return true;
  }

  function putBack(field) {
    const fresh = document.getElementById(field.id);
    if (!fresh) return;
    fresh.replaceWith(field);
    field.closest("details").open = true;
  }

  function replaceCard(fresh, id, unsaved) {
    const old = document.getElementById(id);
    const card = fresh.getElementById(id);
    if (!old || !card) return;
    const active = document.activeElement;
    const within = old.contains(active);
    const current = old === pressed;
    const typed = unsaved.filter((field) => old.contains(field));
    old.replaceWith(card);
    typed.forEach(putBack);
    const types = within && typing(active);
    if (current) choose(card, within && !types);
    if (types) {
      const field = document.getElementById(active.id);
      field.closest("details").open = true;
      field.focus({ preventScroll: true });
    }
  }

  function swap(old, fresh) {
    if (!old || !fresh) return;
    const focus = old.contains(document.activeElement) ? document.activeElement.id : "";
    old.replaceWith(fresh);
    if (focus) document.getElementById(focus)?.focus({ preventScroll: true });
  }

  function place(fresh, address, toTitle = true) {
    main().replaceChildren(...fresh.body.childNodes);
    if (address) history.pushState({}, "", address);
    begin();
    if (toTitle) {
      window.scrollTo(0, 0);
      $("h1", main())?.focus({ preventScroll: true });
    }
  }

  // Moving from item to item, without a reload where the page was fetched in advance.
  async function fetchPage(address) {
    const response = await fetch(address, { credentials: "same-origin" });
    if (!response.ok || new URL(response.url).pathname === "/enter") throw new Error(response.url);
    return { text: await response.text(), url: response.url };
  }

  async function go(address, push = true) {
    try {
      const known = ahead(address);
      if (!known) await flush(); // which item is next depends on what was decided
      const page = known || await fetchPage(address);
      const fresh = new DOMParser().parseFromString(page.text, "text/html");
      const content = fresh.getElementById("main");
      // A page of another session, or none at all: nothing of it belongs into this one.
      if (fresh.getElementById("words")?.dataset.csrf !== words.csrf) { location.assign(address); return; }
      document.title = fresh.title;
      const body = document.implementation.createHTMLDocument();
      body.body.append(...content.childNodes);
      // A page that was fetched in advance does not know what was done since.
      const done = known && $("#done")?.textContent;
      place(body, push ? page.url : "");
      if (done && $("#done")) $("#done").textContent = done;
      if (!known && waiting().length === 0) sayAgain(fresh.getElementById("status").innerHTML);
      alarm("");
    } catch {
      if (navigator.onLine && !waiting().length) location.assign(address);
      else alarm(words.offline);
    }
  }

  // The page that was fetched in advance, if what it shows of its item is still so.
  function ahead(address) {
    const page = pages.get(address);
    return page && !touched.has(new URL(page.url).searchParams.get("id")) ? page : null;
  }

  // The next two items, so that reading can go on without a connection.
  async function fetchAhead() {
    let address = $("#next")?.getAttribute("href");
    for (let n = 0; n < 2 && address && !ahead(address); n += 1) {
      try {
        const page = await fetchPage(address);
        pages.set(address, page);
        address = new DOMParser().parseFromString(page.text, "text/html").getElementById("next")?.getAttribute("href");
      } catch { return; }
    }
  }

  // Which label the keys act on.
  const cards = () => all(".label").filter((card) => !card.closest("details:not([open])"));
  const cardOf = (label) => all(".label").find((card) => card.dataset.label === label);
  const nextOpen = () => cards().find((card) => !card.dataset.mine && !("waits" in card.dataset) && !card.closest("#optional"));

  function choose(card, focus = false, follow = true) {
    pressed = card || null;
    for (const one of all(".label")) one.removeAttribute("aria-current");
    showAtHand();
    if (card) shining = card.dataset.label;
    shine(shining, focus && follow);
    if (!card) return;
    if (keysOn()) card.setAttribute("aria-current", "true");
    if (focus) {
      card.focus({ preventScroll: true });
      if (follow) bring(card);
    }
  }

  // Into view, and of what is longer than the window its beginning.
  function bring(card) {
    card.scrollIntoView({ block: "nearest" });
    if (card.getBoundingClientRect().top < $(".status").offsetHeight) card.scrollIntoView();
  }

  // Whether one sees which label it is: by its card, or by the bar at a phone's edge.
  function isNamed(card) {
    if ($(".on", card)?.getClientRects().length) return true;
    const name = $("h3", card).getBoundingClientRect();
    return name.top >= $(".status").getBoundingClientRect().bottom && name.bottom <= $(".goto").getBoundingClientRect().top;
  }

  // Whether a card came into sight: where the window is too low for more of it, it does not.
  function comes(card) {
    const before = window.scrollY;
    choose(card, true);
    return window.scrollY !== before;
  }

  // On a phone the buttons of the label with the ring are at hand: it need not be in view.
  const atHand = () => matchMedia("(max-width: 40rem)").matches;
  function showAtHand() { main().classList.toggle("deciding", Boolean(pressed)); }

  // The sentence on which a label rests stands out in the text; when one goes on from label to
  // label, a text that is longer than the window moves to it.
  function shine(label, goThere = false) {
    for (const one of all("mark")) one.classList.toggle("now", one.dataset.labels.split(" ").includes(label));
    const article = $(".item > article");
    const here = goThere && article && article.scrollHeight > article.clientHeight && $("mark.now", article);
    if (!here) return;
    const [frame, place] = [article.getBoundingClientRect(), here.getBoundingClientRect()];
    if (place.top < frame.top || place.bottom > frame.bottom) article.scrollTop += place.top - frame.top - frame.height / 3;
  }

  const keysOn = () => { try { return localStorage.getItem(KEYS_OFF) !== "1"; } catch { return true; } };

  function showKeys() {
    document.body.classList.toggle("no-keys", !keysOn());
    const box = $("#use-keys");
    if (!box) return;
    box.checked = keysOn();
    box.parentElement.hidden = false;
  }

  function typing(target) {
    return target.closest("textarea, select, input:not([type=checkbox]), [contenteditable]");
  }

  // Opens a part and goes into the field that it has; false where it has none of its own.
  function write(details) {
    const field = all("textarea, select, input:not([type=checkbox], [type=hidden])", details)
      .find((one) => one.closest("details") === details);
    if (!field) return false;
    details.open = true;
    field.focus();
    return true;
  }

  function press(key) {
    const button = pressed && $(`button[data-key="${key}"]`, pressed);
    const undo = $("#status button[data-key=z]");
    if (key === "z") { if (undo) undo.click(); else if (!tappedTwice()) takeBack(); }
    else if (key === "n") $("#next")?.click();
    else if (key === "p") $("#previous")?.click();
    else if (key === "l" && (pressed || cards().length)) {
      const more = $("details.more", pressed || cards().at(-1));
      if (more) write(more);
    } else if (key === "?") {
      const help = $(".help-keys");
      if (help) { help.open = !help.open; $("summary", help).focus(); }
    } else if (button) { if (isNamed(pressed) || !comes(pressed)) button.click(); }
    else return false;
    return true;
  }

  // The letter, or the one at its place where the keyboard writes another script.
  function letterOf(event) {
    if (/^[ -~]$/.test(event.key)) return event.key.toLowerCase();
    return event.code.startsWith("Key") ? event.code.slice(3).toLowerCase() : "";
  }

  document.addEventListener("keydown", (event) => {
    if (!keysOn() || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const left = event.key === "Escape" && event.target.closest(".label details.more")?.closest(".label");
    if (left) { choose(left, true); event.preventDefault(); return; }
    if (typing(event.target)) return;
    if ((event.key === "ArrowDown" || event.key === "ArrowUp") && event.target.closest(".label, #next")) {
      const list = cards();
      const down = event.key === "ArrowDown";
      const from = pressed ? list.indexOf(pressed) : down ? -1 : list.length;
      const card = list[from + (down ? 1 : -1)];
      if (card) { choose(card, true); event.preventDefault(); }
      return;
    }
    if (event.repeat) return;
    const key = letterOf(event);
    if ("arulnpz?".includes(key) && key && press(key)) event.preventDefault();
  });

  document.addEventListener("focusin", (event) => {
    const card = event.target.closest(".label");
    // A button that is pressed with a finger stays under it.
    if (event.target.closest(".verdicts") && !event.target.matches(":focus-visible")) return;
    if (card && card !== pressed) choose(card);
  });

  // Also of a label that one only points at; not of one that comes under a mouse that rests.
  document.addEventListener("pointermove", (event) => {
    if (event.pointerType !== "mouse" || !(event.movementX || event.movementY)) return;
    shine(event.target.closest(".label")?.dataset.label ?? shining);
  });

  // A second click of one hand is no second decision: by then another label's button may be under
  // it. Not every browser counts taps; a click by a key has no number.
  document.addEventListener("click", (event) => {
    if (!event.detail || !event.target.closest("button[name=verdict]")) return;
    const since = performance.now() - decidedAt;
    decidedAt = performance.now();
    if (event.detail > 1 || (event.pointerType !== "mouse" && since < TWICE)) event.preventDefault();
  });

  // Who opens a part with a field is about to write: the letters are no keys then.
  document.addEventListener("click", (event) => {
    const details = event.target.closest("#item details:not([open]) > summary")?.parentElement;
    if (details && write(details)) event.preventDefault();
  });

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.dataset.save || event.submitter?.formMethod === "dialog") return;
    event.preventDefault();
    const choice = unchosen(form, event.submitter);
    if (choice) choice.focus();
    else submit(form, event.submitter);
  });

  document.addEventListener("click", (event) => {
    const link = event.target.closest("#next, #previous");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (!stays()) go(link.getAttribute("href"));
  });

  document.addEventListener("click", (event) => {
    const change = event.target.closest(".decided a");
    if (!change) return;
    event.preventDefault();
    choose($(change.getAttribute("href")), true);
  });

  // Below a list of labels, what the chosen one says.
  document.addEventListener("change", (event) => {
    if (event.target.name !== "instead") return;
    const chosen = all("p", $("#definitions").content).find((one) => one.dataset.label === event.target.value);
    document.getElementById(event.target.getAttribute("aria-describedby")).textContent = chosen?.textContent || "";
  });
  document.addEventListener("reset", (event) => {
    for (const chosen of all(".chosen", event.target)) chosen.textContent = "";
  });

  document.addEventListener("change", (event) => {
    if (event.target.id !== "use-keys") return;
    try { localStorage.setItem(KEYS_OFF, event.target.checked ? "" : "1"); } catch { /* for this page */ }
    showKeys();
    choose(pressed);
  });

  window.addEventListener("popstate", () => {
    if (stays()) history.pushState({}, "", here);
    else go(location.href, false);
  });
  window.addEventListener("beforeunload", (event) => { if (!warned && lost()) event.preventDefault(); });
  window.addEventListener("online", () => flush());
  window.addEventListener("storage", (event) => {
    if (event.key === unsent.name) showWaiting();
    if (event.key === refused.name) showRefused();
  });
  window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  setInterval(() => { if (waiting().length) flush(); }, RETRY);

  function begin() {
    warned = false;
    here = location.href;
    shining = "";
    showKeys();
    showWaiting();
    nameItem();
    choose(nextOpen() || cards()[0]);
    fetchAhead();
  }

  document.documentElement.classList.add("scripted");
  begin();
  showRefused();
  flush();
})();
