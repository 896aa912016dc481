/* A filter and "only gaps" above each longer table, tree or set of cards; "fold all" above a tree; hits of the search that lead to records. Works from disk; asks the network for nothing. */
(function () {
  "use strict";
  var bars = 0;
  function make(tag, name, parent) {
    var element = document.createElement(tag);
    if (name) { element.className = name; }
    if (parent) { parent.appendChild(element); }
    return element;
  }
  /* The bar above something that has rows: `frame` is what it stands before, `found` the rows, `what` their name. */
  function tools(frame, found, what, searched) {
    var rows = Array.prototype.slice.call(found);
    var gaps = rows.filter(function (row) { return row.classList.contains("mdr-gap-row"); }).length;
    var bar = make("div", "mdr-tools");
    frame.id = frame.id || "mdr-rows-" + (bars += 1);
    var words = null;
    if (searched) {
      words = make("input", "", bar);
      words.type = "search";
      words.placeholder = "Filter " + what;
      words.setAttribute("aria-label", "Filter the " + what + " below");
      words.setAttribute("aria-controls", frame.id);
    }
    var only = null;
    if (gaps) {
      var label = make("label", "", bar);
      only = make("input", "", label);
      only.type = "checkbox";
      only.setAttribute("aria-label", "only gaps (" + gaps + ") in the " + what + " below");
      only.setAttribute("aria-controls", frame.id);
      label.appendChild(document.createTextNode("only gaps (" + gaps + ")"));
    }
    var count = make("span", "", bar);
    count.setAttribute("role", "status");
    var texts = null;
    function apply() {
      var wanted = words ? words.value.toLowerCase().split(/\s+/).filter(Boolean) : [];
      var narrow = Boolean(only && only.checked);
      if (wanted.length && !texts) { texts = rows.map(function (row) { return row.textContent.toLowerCase(); }); }
      var shown = 0;
      rows.forEach(function (row, i) {
        row.hidden = (narrow && !row.classList.contains("mdr-gap-row")) ||
          !wanted.every(function (word) { return texts[i].indexOf(word) !== -1; });
        if (!row.hidden) { shown += 1; }
      });
      bar.classList.toggle("mdr-narrowed", shown < rows.length);
      count.textContent = (narrow ? "only gaps: " : "") + shown + " of " + rows.length + " " + what;
      frame.dispatchEvent(new Event("mdr-narrowed"));
    }
    if (words) { words.addEventListener("input", apply); }
    if (only) { only.addEventListener("change", apply); }
    if (words || only) { count.textContent = rows.length + " " + (rows.length === 1 ? what.slice(0, -1) : what); }
    frame.parentNode.insertBefore(bar, frame);
    return bar;
  }
  function table(found) {
    if (found.tBodies[0].rows.length >= 8 || found.dataset.gaps) { tools(found.parentNode, found.tBodies[0].rows, "rows", true); }
  }
  function cards(found) {
    var gaps = found.querySelector(".mdr-gap-row");
    if (found.children.length >= 8 || gaps) { tools(found, found.children, "cards", true); }
  }
  /* Where a branch ends is a line of a tree; a branch is shown while one of its lines is. */
  function tree(found) {
    var branches = Array.prototype.slice.call(found.querySelectorAll("details"));
    var lines = Array.prototype.filter.call(found.querySelectorAll("ul.mdr-tree > li, details > ul > li"), function (item) {
      return !item.querySelector("details");
    });
    var bar = null;
    if (found.querySelector(".mdr-gap-row")) {
      bar = tools(found, lines, "lines", false);
      found.addEventListener("mdr-narrowed", function () {
        var only = bar.querySelector("input").checked;
        branches.forEach(function (branch) {
          branch.parentNode.hidden = only && !branch.querySelector(".mdr-gap-row");
          branch.open = branch.open || only;
        });
      });
    }
    if (branches.length < 2) { return; }
    if (!bar) {
      bar = make("div", "mdr-tools");
      found.parentNode.insertBefore(bar, found);
    }
    [["Unfold all", true], ["Fold all", false]].forEach(function (choice) {
      var button = make("button", "mdr-fold");
      button.type = "button";
      button.textContent = choice[0];
      button.addEventListener("click", function () { branches.forEach(function (branch) { branch.open = choice[1]; }); });
      bar.insertBefore(button, bar.firstChild);
    });
  }
  /* On paper nothing can be unfolded: what is folded in a tree or a matrix is opened for the print, and closed again. */
  function print() {
    var opened = [];
    window.addEventListener("beforeprint", function () {
      opened = Array.prototype.slice.call(document.querySelectorAll(".mdr-tree-box details:not([open]), td.mdr-field details:not([open])"));
      opened.forEach(function (branch) { branch.open = true; });
    });
    window.addEventListener("afterprint", function () { opened.forEach(function (branch) { branch.open = false; }); });
  }
  /* A page that only holds records is no hit of its own: the first link of its group is that of a record. */
  function hits() {
    var list = document.querySelector(".md-search-result__list");
    if (!list) { return; }
    new MutationObserver(function () {
      list.querySelectorAll("li > a:first-child").forEach(function (page) {
        var title = page.querySelector("h1");
        if (title && !title.textContent && page.nextElementSibling) { page.remove(); }
      });
    }).observe(list, { childList: true });
  }
  function start() {
    document.querySelectorAll("table.mdr-table[data-rows]").forEach(table);
    document.querySelectorAll(".mdr-cards").forEach(cards);
    document.querySelectorAll(".mdr-tree-box").forEach(tree);
    print();
    hits();
  }
  if (document.readyState === "loading") { document.addEventListener("DOMContentLoaded", start); } else { start(); }
}());
