// Offers parties, items and agencies while somebody types into a search box: the combobox pattern with a
// list below. Without it the box is a plain form; whatever fails here leaves the form as it was.
"use strict";

const WAIT = 150;

const attach = (input) => {
  const list = document.createElement("ul");
  list.id = `${input.id}-offers`;
  list.className = "offers";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.dataset.offers);
  list.hidden = true;
  input.closest("[data-offers-place]").append(list);
  for (const [name, value] of [
    ["role", "combobox"], ["aria-autocomplete", "list"], ["aria-expanded", "false"], ["aria-controls", list.id],
  ]) {
    input.setAttribute(name, value);
  }

  let timer;
  let running;
  let typed = input.value;
  let current = -1;

  const options = () => Array.from(list.children);

  const close = () => {
    list.hidden = true;
    current = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };

  const choose = (place) => {
    const all = options();
    current = place;
    all.forEach((option, index) => option.setAttribute("aria-selected", String(index === place)));
    if (place < 0) {
      input.removeAttribute("aria-activedescendant");
      input.value = typed;
    } else {
      input.setAttribute("aria-activedescendant", all[place].id);
      input.value = all[place].dataset.text;
      all[place].scrollIntoView({ block: "nearest" });
    }
  };

  const line = (offer, index) => {
    const option = document.createElement("li");
    option.id = `${list.id}-${index}`;
    option.className = "offers__one";
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    option.dataset.url = offer.url;
    option.dataset.text = offer.text;
    for (const [part, text] of [["kind", offer.label], ["text", offer.text], ["note", offer.note]]) {
      const span = document.createElement("span");
      span.className = `offers__${part}`;
      span.textContent = text;
      if (part !== "kind") span.lang = "zh-Hans";
      option.append(span);
    }
    return option;
  };

  const show = (offers) => {
    list.replaceChildren(...offers.map(line));
    current = -1;
    input.removeAttribute("aria-activedescendant");
    list.hidden = !offers.length;
    input.setAttribute("aria-expanded", String(!list.hidden));
  };

  const ask = async () => {
    running?.abort();
    running = new AbortController();
    const wanted = typed.trim();
    if (!wanted) {
      close();
      return;
    }
    const query = new URLSearchParams({ q: wanted });
    if (document.documentElement.lang === "en") query.set("lang", "en");
    try {
      const answer = await fetch(`${input.dataset.suggest}?${query}`, { signal: running.signal });
      if (answer.ok && wanted === typed.trim() && document.activeElement === input) {
        show((await answer.json()).suggestions);
      }
    } catch (error) {
      if (error.name !== "AbortError") close();
    }
  };

  input.addEventListener("input", (event) => {
    typed = input.value;
    clearTimeout(timer);
    if (!event.isComposing) timer = setTimeout(ask, WAIT);
  });
  input.addEventListener("compositionend", () => {
    typed = input.value;
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT);
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const count = list.hidden ? 0 : list.children.length;
    if (event.key === "Escape" && count) {
      event.preventDefault();
      choose(-1);
      close();
    } else if (event.key === "ArrowDown" && count) {
      event.preventDefault();
      choose(current + 1 < count ? current + 1 : -1);
    } else if (event.key === "ArrowUp" && count) {
      event.preventDefault();
      choose(current < 0 ? count - 1 : current - 1);
    } else if (event.key === "Enter" && count && current >= 0) {
      event.preventDefault();
      location.assign(options()[current].dataset.url);
    }
  });
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) location.assign(option.dataset.url);
  });
  input.addEventListener("blur", () => {
    clearTimeout(timer);
    running?.abort();
    close();
  });
};

document.querySelectorAll("input[data-suggest]").forEach(attach);
