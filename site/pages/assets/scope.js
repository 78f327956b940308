// What the theme's bundle expects to find: where the site begins, and a small store of the
// reader's own choices (light or dark), kept in the reader's browser and sent nowhere.
"use strict";
var __md_scope = new URL(document.currentScript.dataset.base, location.href);

function __md_hash(text) {
  let hash = 0;
  for (const letter of text) hash = (hash << 5) - hash + letter.charCodeAt(0);
  return hash;
}

function __md_get(key, store = localStorage, scope = __md_scope) {
  return JSON.parse(store.getItem(`${scope.pathname}.${key}`));
}

function __md_set(key, value, store = localStorage, scope = __md_scope) {
  try {
    store.setItem(`${scope.pathname}.${key}`, JSON.stringify(value));
  } catch {
    // A browser that stores nothing still shows the page.
  }
}
