// The page "Explore": filters the edition's labelled items, which lie in a file beside the page.
// Its words stand in the page, so it is the same in every language. Foreign text is only ever
// set as text. The address of the page says what is filtered.
"use strict";
(() => {
  const PER_PAGE = 50;
  const NAMES = ["text", "goal", "risk", "kind", "region", "language", "confidence", "by"];
  const place = document.querySelector(".explore");
  if (!place) return;
  const form = place.querySelector("form");
  const state = place.querySelector(".explore-state");
  const list = place.querySelector(".explore-items");
  const pages = place.querySelector(".explore-pages");
  let data = null;
  let page = 1;

  const level = (percent) => (percent >= 90 ? "high" : percent >= 70 ? "medium" : "low");
  const fold = (text) => text.normalize("NFKC").toLocaleLowerCase();
  const filled = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

  // As the other pages write numbers and days: English ones not in the order of one country.
  const { lang } = document.documentElement;
  const inLanguage = (format, options) =>
    new format(lang === "en" ? "en-GB" : lang, { numberingSystem: "latn", ...options });
  const numbers = inLanguage(Intl.NumberFormat, { useGrouping: "always" });
  const percents = inLanguage(Intl.NumberFormat, { style: "percent" });
  const days = inLanguage(Intl.DateTimeFormat, { dateStyle: "long", timeZone: "UTC" });
  const count = (n) => numbers.format(n);
  const dayOf = (iso) => (Number.isNaN(Date.parse(iso)) ? iso : days.format(Date.parse(iso)));

  // What a label is called stands in the lists of choices.
  const named = (id) => {
    const [scheme, label] = id.split("/");
    const list = form.elements[scheme === "sdg" ? "goal" : "risk"];
    const option = [...list.options].find((one) => one.value === label);
    return option ? option.text : id;
  };

  const wanted = () => Object.fromEntries(NAMES.map((name) => [name, form.elements[name].value]));

  function fits(item, want) {
    const [title, , , kind, region, language, labels] = item;
    if (want.kind && want.kind !== (kind ? "news" : "paper")) return false;
    if (want.region && want.region !== data.regions[region]) return false;
    if (want.language && want.language !== data.languages[language]) return false;
    if (want.text && !fold(want.text).split(/\s+/).every((word) => fold(title).includes(word))) {
      return false;
    }
    const ids = labels.map(([label]) => data.labels[label]);
    if (want.goal && !ids.includes(`sdg/${want.goal}`)) return false;
    if (want.risk && !ids.includes(`risk/${want.risk}`)) return false;
    // Confidence and who decided are of the labels that are asked for, or of any label.
    const asked = labels.filter(([label]) => {
      const id = data.labels[label];
      return (!want.goal && !want.risk) || id === `sdg/${want.goal}` || id === `risk/${want.risk}`;
    });
    if (want.confidence) {
      const surest = Math.max(...asked.map(([, percent]) => percent));
      if (level(surest) !== want.confidence) return false;
    }
    // "Only the machine": no person decided on any of them.
    const people = asked.some(([, , maker]) => data.makers[maker] !== "machine");
    return !want.by || (want.by === "people") === people;
  }

  function element(name, text, attributes = {}) {
    const made = document.createElement(name);
    made.textContent = text;
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  }

  function link(title, address) {
    if (/^https?:\/\//.test(address)) {
      return element("a", title, { href: address, rel: "noreferrer" });
    }
    if (/^[\w./-]+$/.test(address)) {
      return element("a", title, { href: `https://arxiv.org/abs/${address}`, rel: "noreferrer" });
    }
    return element("span", title);
  }

  function decided(maker, percent) {
    const words = list.dataset;
    if (maker === "machine") return filled(words.machine, { p: percents.format(percent / 100) });
    return maker === "panel" ? words.panel : filled(words.person, { who: maker });
  }

  function shown(item) {
    const [title, address, day, kind, region, language, labels] = item;
    const line = element("li", "");
    const name = element("span", "", { lang: data.languages[language], dir: "auto" });
    name.append(link(title, address));
    const regions = [...form.elements.region.options];
    const where = regions.find((one) => one.value === data.regions[region]);
    const what = kind ? list.dataset.news : list.dataset.paper;
    const from = [what, dayOf(day), where ? where.text : ""];
    line.append(name, element("span", from.filter(Boolean).join(" · "), { class: "from" }));
    const tags = element("span", "", { class: "from" });
    labels.forEach(([label, percent, maker], n) => {
      const [scheme, id] = data.labels[label].split("/");
      const how = decided(data.makers[maker], percent);
      tags.append(
        n ? "; " : "",
        element("a", named(data.labels[label]), { href: filled(place.dataset[scheme], { id }) }),
        ` (${how})`,
      );
    });
    line.append(tags);
    return line;
  }

  function show() {
    const want = wanted();
    const found = data.items.filter((item) => fits(item, want));
    const last = Math.max(1, Math.ceil(found.length / PER_PAGE));
    page = Math.min(Math.max(page, 1), last);
    const words = state.dataset;
    state.textContent = !found.length
      ? words.none
      : found.length === 1
        ? words.one
        : filled(words.many, { n: count(found.length) });
    const first = (page - 1) * PER_PAGE;
    list.start = first + 1;
    list.replaceChildren(...found.slice(first, first + PER_PAGE).map(shown));
    pages.hidden = last < 2;
    const where = pages.querySelector("span");
    where.textContent = filled(where.dataset.page, { n: count(page), all: count(last) });
    for (const button of pages.querySelectorAll("button")) {
      const target = page + Number(button.dataset.step);
      button.disabled = target < 1 || target > last;
    }
    remember(want);
  }

  function remember(want) {
    const query = new URLSearchParams(Object.entries(want).filter(([, value]) => value));
    if (page > 1) query.set("page", page);
    const text = query.toString();
    history.replaceState(null, "", text ? `?${text}` : location.pathname);
  }

  function recall() {
    const query = new URLSearchParams(location.search);
    for (const name of NAMES) form.elements[name].value = query.get(name) || "";
    for (const choice of form.querySelectorAll("select")) {
      if (choice.selectedIndex < 0) choice.value = "";
    }
    page = Number.parseInt(query.get("page"), 10) || 1;
  }

  function again() {
    page = 1;
    show();
  }

  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", again);
  form.addEventListener("reset", () => setTimeout(again));
  pages.addEventListener("click", (event) => {
    if (!event.target.dataset.step) return;
    page += Number(event.target.dataset.step);
    show();
    state.scrollIntoView();
    // Whoever reads by ear or by keyboard goes on at the top of the new page.
    state.tabIndex = -1;
    state.focus();
  });

  fetch(place.dataset.items)
    .then((answer) => (answer.ok ? answer.json() : Promise.reject(answer.status)))
    .then((read) => {
      data = read;
      recall();
      form.hidden = list.hidden = state.hidden = false;
      show();
    })
    .catch(() => {
      state.hidden = false;
      state.textContent = state.dataset.failed;
    });
})();
