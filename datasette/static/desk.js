// One key for what a button does, on the pages of the desk; and words selected in the text go into the form.
// What is typed and not saved is kept in the tab. Everything works without it. Keys are off where the account says so, and never
// taken while something is typed.
"use strict";

(() => {
  const bar = document.querySelector("[data-shortcuts]");
  const on = bar && bar.dataset.shortcuts === "on";
  const waiting = () => [...document.querySelectorAll(".item[data-open]")];
  const items = () => [...document.querySelectorAll(".item")];

  function here() {
    const item = document.activeElement && document.activeElement.closest(".item");
    return item || waiting()[0] || items()[0];
  }

  function step(by) {
    const all = items();
    const next = all[Math.min(all.length - 1, Math.max(0, all.indexOf(here()) + by))];
    if (next) next.focus();
  }

  function press(key) {
    const item = here();
    const target = item && item.querySelector(`[data-key="${key}"]`);
    if (!target) return false;
    if (target.tagName === "BUTTON") target.click();
    else target.focus();
    return true;
  }

  // Where the selection begins, counted in the field's own text, so that the server finds the right one of several places.
  function selected() {
    const chosen = window.getSelection();
    const words = chosen ? chosen.toString().trim() : "";
    if (!words || !chosen.rangeCount) return null;
    const range = chosen.getRangeAt(0);
    const field = range.startContainer.parentElement && range.startContainer.parentElement.closest("[data-field]");
    let start = "";
    if (field) {
      const before = document.createRange();
      before.setStart(field, 0);
      before.setEnd(range.startContainer, range.startOffset);
      start = String(before.toString().length);
    }
    return { words, field: field ? field.dataset.field : "", start };
  }

  function add() {
    const form = document.querySelector(".missed form");
    if (!form) return false;
    const chosen = selected();
    if (chosen) {
      form.elements.words.value = chosen.words;
      form.elements.field.value = chosen.field;
      form.elements.start.value = chosen.start;
      form.querySelector("#missed-area").focus();
    } else {
      form.elements.words.focus();
    }
    return true;
  }

  // Marks are sent with Shift-Y alone. Until then nothing else is sent, because a new page would forget them unseen.
  const all = document.getElementById("decide-all");
  const marks = () => [...document.querySelectorAll('input[name="wrong"]')];
  const marked = () => marks().filter((mark) => mark.checked).length;

  function say(which) {
    const place = all.querySelector("output");
    place.textContent = place.dataset[which].replace("{}", marked());
  }

  function mark(box) {
    if (!box) return false;
    box.click();
    return true;
  }

  if (all) {
    document.addEventListener("change", (event) => {
      if (event.target.name !== "wrong") return;
      const none = all.querySelector('[data-key="N"]');
      if (none) none.disabled = marked() > 0;
      say(["none", "one"][marked()] || "some");
    });
    document.addEventListener("submit", (event) => {
      if (!marked() || event.target === all) return;
      event.preventDefault();
      say("first");
    });
  }

  // What is typed in one form stays when another is sent, a link is followed, or the session is over: this tab keeps it for the
  // same page and the same person. Each form comes back with the `seen` that it had, so that nobody is overwritten unseen.
  const store = (() => {
    try {
      return window.sessionStorage;
    } catch {
      return null;
    }
  })();
  const account = bar && bar.dataset.account;
  const page = `typed:${window.location.pathname}`;
  // One address may serve the forms of several records (?record=5): the hidden fields, as they came, say whose form it is.
  const isOwner = (field) => field.type === "hidden" && !["csrftoken", "seen", "draft"].includes(field.name);
  const ownerOf = (form) => [...form.elements].filter(isOwner).map((field) => `${field.name}=${field.value}`).join("&");
  const owners = new Map([...document.querySelectorAll('form[method="post"]')].map((form) => [form, ownerOf(form)]));
  const typedNow = (field) => (field.type === "checkbox" ? String(field.checked) : field.value);

  function atFirst(field) {
    if (field.type === "checkbox") return String(field.defaultChecked);
    if (field.tagName !== "SELECT") return field.defaultValue;
    const options = [...field.options];
    return (options.find((option) => option.defaultSelected) || options[0] || field).value;
  }

  function typedIn(form) {
    const skipped = ["hidden", "password", "file", "radio", "submit", "button"];
    const fields = [...form.elements].filter((field) => field.id && !skipped.includes(field.type) && "value" in field);
    const changed = (field) => typedNow(field) !== atFirst(field);
    const isChoice = (field) => field.tagName === "SELECT";
    // A choice alone is quickly made again. Beside text, every choice is kept: the next page may begin with another.
    if (!fields.some((field) => !isChoice(field) && changed(field))) return [];
    return fields.filter((field) => isChoice(field) || changed(field)).map((field) => [field.id, typedNow(field)]);
  }

  const read = (key) => JSON.parse(store.getItem(key) || "null");
  const drafts = () => (read(page) || { forms: [] }).forms;

  function keep(forms) {
    if (forms.length) store.setItem(page, JSON.stringify({ account, forms }));
    else store.removeItem(page);
  }

  // What was typed for another record waits until that record's form is here.
  const isElsewhere = ({ owner, fields }) => fields.some(([id]) => {
    const field = document.getElementById(id);
    return field && owners.get(field.form) !== owner;
  });

  // Nobody is shown what another person has typed in this tab.
  function forget() {
    const kept = Object.keys(store).filter((key) => key.startsWith("typed:"));
    const others = account && kept.some((key) => read(key).account !== account);
    if (others || document.querySelector("[data-forget]")) kept.forEach((key) => store.removeItem(key));
  }

  // The form that was sent counts as saved once the page is here to which we lead whoever saves, and says nothing else. Where the
  // connection was lost or the server broke, people go back, or open a page of ours by its address: nothing led them there.
  function settle() {
    const last = store.getItem("left");
    const draft = last && read(last);
    if (!draft) return;
    const refused = document.querySelector("[role=alert]");
    const [{ type, redirectCount }] = performance.getEntriesByType("navigation");
    // A page that refuses its own form shows what was typed itself.
    const done = refused ? last === page : redirectCount > 0;
    if (account && type !== "back_forward" && done) draft.forms = draft.forms.filter((form) => !form.sent);
    else if (account || refused) draft.forms.forEach((form) => (form.sent = false));
    store.setItem(last, JSON.stringify(draft));
  }

  // Words come back only together with what they are about: without the position that was chosen, they would be about the whole.
  const lacksChoice = ([id, value]) => {
    const field = document.getElementById(id);
    return field && field.options && value && ![...field.options].some((option) => option.value === value);
  };

  function restore() {
    const back = drafts().filter((form) => !isElsewhere(form));
    keep(drafts().filter(isElsewhere));
    const notice = document.getElementById("typed-before");
    back.forEach(({ seen, fields }) => {
      const gone = fields.some(lacksChoice);
      fields.forEach(([id, value]) => {
        const field = document.getElementById(id);
        if (field && (typedNow(field) === value || (gone && (field.options || field.type === "checkbox")))) return;
        notice.hidden = false;
        if (gone || !field) return notice.append(" ", notice.dataset.gone.replace("{}", () => value));
        if (field.type === "checkbox") field.checked = value === "true";
        else field.value = value;
        if (seen && field.form.elements.seen) field.form.elements.seen.value = seen;
        for (let part = field.closest("details"); part; part = part.parentElement.closest("details")) part.open = true;
      });
    });
  }

  if (store) {
    let sent = null;
    settle();
    forget();
    if (account) {
      restore();
      document.addEventListener("submit", (event) => {
        if (!event.defaultPrevented) sent = event.target;
      });
      window.addEventListener("pageshow", () => {
        sent = null;
      });
      window.addEventListener("pagehide", () => {
        const typed = [...owners].map(([form, owner]) => ({
          owner,
          sent: form === sent,
          seen: form.elements.seen ? form.elements.seen.value : "",
          fields: typedIn(form),
        }));
        keep([...drafts().filter(isElsewhere), ...typed.filter((form) => form.fields.length)]);
        store.setItem("left", page);
      });
    }
  }

  const keys = {
    w: () => mark(here() && here().querySelector('input[name="wrong"]')),
    j: () => (step(1), true),
    k: () => (step(-1), true),
    y: () => press("y"),
    n: () => press("n"),
    l: () => press("l"),
    c: () => press("c"),
    m: add,
    d: () => follow('a[data-key="d"]'),
    Y: () => follow('button[data-key="Y"]'),
    N: () => follow('button[data-key="N"]'),
    u: () => follow('button[data-key="u"]'),
    p: () => follow('button[data-key="p"]'),
    P: () => follow('button[data-key="P"]'),
  };

  function follow(selector) {
    const target = document.querySelector(selector);
    if (target) target.click();
    return Boolean(target);
  }

  if (!on) return;
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input:not([type=checkbox]), textarea, select");
    if (typing || event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return;
    const act = keys[event.key] || (/^[1-9]$/.test(event.key) && (() => mark(marks()[event.key - 1])));
    if (act && act()) event.preventDefault();
  });
  const first = waiting()[0];
  if (first && !document.querySelector("[role=alert]")) first.focus();
})();
