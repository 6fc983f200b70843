"use strict";
// Hover, zoom and toggles for the charts. The page reads the same without it.
(() => {
  const SIZE = 1000, root = document.documentElement;
  const el = (tag, cls, text) => { const e = document.createElement(tag); if (cls) e.className = cls; if (text) e.textContent = text; return e; };
  const three = x => { const a = Math.abs(x); return String(+x.toFixed(a >= 99.95 ? 0 : a >= 9.995 ? 1 : a < 0.0995 ? 3 : 2)); };
  const bytes = x => { let u = 0; while (Math.abs(x) >= 999.5 && u < 6) { x /= 1000; u++; } return three(u ? x : Math.round(x)) + " " + ["B", "kB", "MB", "GB", "TB", "PB", "EB"][u]; };
  const ms = x => x >= 999.5 ? three(x / 1000) + " s" : three(x) + " ms";
  const print = {
    bytes, ms, "bytes per hour": x => bytes(x) + "/h", seconds: x => three(x) + " s", percent: x => three(x) + " %",
    share: x => three(100 * x) + " %", "": three,
  };
  const two = n => String(n).padStart(2, "0");
  const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800];

  // A live page loads itself again: what a reader chose is kept for that long.
  const live = document.querySelector('meta[http-equiv="refresh"]');
  let chosen = {};
  try { if (live) chosen = JSON.parse(sessionStorage.getItem("leakcheck")) || {}; } catch { /* nothing is kept, then */ }
  const keep = (name, value) => { chosen[name] = value; try { if (live) sessionStorage.setItem("leakcheck", JSON.stringify(chosen)); } catch { /* as above */ } };

  function frame(box) {
    const stage = box.querySelector(".stage"), plot = box.querySelector(".plot"), axis = box.querySelector(".xaxis");
    const d = box.dataset, elapsed = d.elapsed, t0 = +d.x0, t1 = +d.x1, low = +d.low, high = +d.high, zone = +d.zone, show = print[d.unit];
    const lines = [...plot.querySelectorAll(".line")].map(path => ({ path, name: path.dataset.name, color: path.classList[1], pieces: null }));
    const id = box.parentElement.querySelector("h2, h3").id;
    let a = 0, b = SIZE, from = null;
    const cross = el("div", "cross"), tip = el("div", "tip"), area = el("div", "select"), reset = el("button", "reset", "Whole run");
    reset.type = "button";
    for (const e of [cross, tip, area, reset]) { e.hidden = true; stage.append(e); }
    tip.setAttribute("role", "status");

    const time = x => new Date(t0 + x / SIZE * (t1 - t0) + zone);
    const span = t => { const s = Math.round(t / 1000), h = Math.floor(s / 3600), m = Math.floor(s / 60) % 60; return (h ? h + " h " : "") + (h || m ? m + " min" : s % 60 + " s") + (!h && m && s % 60 ? " " + s % 60 + " s" : ""); };
    const clock = (t, seconds) => two(t.getUTCHours()) + ":" + two(t.getUTCMinutes()) + (seconds ? ":" + two(t.getUTCSeconds()) : "");
    const day = t => ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"][t.getUTCDay()] + " " + t.getUTCDate() + " " +
      ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"][t.getUTCMonth()];

    // pieces reads a path back into points, so that the data is in the page once.
    const pieces = l => l.pieces ??= l.path.getAttribute("d").split("M").slice(1).map(p => p.split("L").map(q => q.split(/[ h]/).map(Number)));
    function value(l, x) {
      for (const p of pieces(l)) {
        if (x < p[0][0] - 2 || x > p[p.length - 1][0] + 2) continue;
        let i = 0, j = p.length - 1;
        while (j - i > 1) { const m = (i + j) >> 1; if (p[m][0] <= x) i = m; else j = m; }
        const near = Math.abs(p[i][0] - x) <= Math.abs(p[j][0] - x) ? p[i] : p[j];
        return high - near[1] / SIZE * (high - low);
      }
      return null;
    }
    function point(x) {
      x = Math.min(b, Math.max(a, x));
      const left = (x - a) / (b - a) * stage.clientWidth, t = time(x);
      cross.style.left = left + "px";
      tip.replaceChildren(el("b", "", elapsed ? "after " + span(t - t0) : day(t) + " " + clock(t, (b - a) / SIZE * (t1 - t0) < 36e5)));
      for (const l of lines) {
        const v = l.path.classList.contains("off") ? null : value(l, x);
        if (v === null) continue;
        const row = el("div"); row.append(el("span", l.color, l.name), el("b", "", show(v))); tip.append(row);
      }
      cross.hidden = tip.hidden = false;
      const over = left > stage.clientWidth / 2;
      tip.style.left = over ? "auto" : left + 12 + "px";
      tip.style.right = over ? stage.clientWidth - left + 12 + "px" : "auto";
      stage.dataset.at = x;
    }
    function hide() { cross.hidden = tip.hidden = true; }
    function view(x, y) {
      a = Math.max(0, Math.min(x, y)); b = Math.min(SIZE, Math.max(x, y));
      if (b - a < 1) { a = 0; b = SIZE; }
      plot.setAttribute("viewBox", `${a} 0 ${b - a} ${SIZE}`);
      reset.hidden = a === 0 && b === SIZE;
      keep("zoom " + id, reset.hidden ? null : [a, b].map(x => t0 + x / SIZE * (t1 - t0)));
      ticks();
    }
    const first = axis.innerHTML;
    function ticks() {
      if (a === 0 && b === SIZE) { axis.innerHTML = first; return; }
      axis.replaceChildren();
      const lo = +time(a), hi = +time(b), n = Math.max(2, stage.clientWidth / 110), step = 1000 * (steps.find(s => (hi - lo) / 1000 / s <= n) || 604800);
      for (let t = Math.ceil(lo / step) * step; t <= hi; t += step) {
        const e = document.createElementNS("http://www.w3.org/2000/svg", "text"), when = new Date(t);
        e.setAttribute("x", (t - lo) / (hi - lo) * 100 + "%"); e.setAttribute("y", "17"); e.setAttribute("text-anchor", "middle");
        e.textContent = elapsed ? span(t - t0) : t % 864e5 === 0 ? day(when) : clock(when, step < 60000); axis.append(e);
      }
    }
    const at = e => a + (e.clientX - stage.getBoundingClientRect().left) / stage.clientWidth * (b - a);
    stage.addEventListener("pointermove", e => {
      point(at(e));
      if (from === null) return;
      const w = stage.clientWidth, l = x => (x - a) / (b - a) * w, p = l(from), q = Math.min(w, Math.max(0, l(at(e))));
      area.hidden = false; area.style.left = Math.min(p, q) + "px"; area.style.width = Math.abs(q - p) + "px";
    });
    stage.addEventListener("pointerleave", () => { if (from === null) hide(); });
    stage.addEventListener("pointerdown", e => { if (e.pointerType === "mouse" && e.button === 0 && e.target !== reset) { from = at(e); stage.setPointerCapture(e.pointerId); } });
    stage.addEventListener("pointerup", e => {
      if (from !== null && Math.abs(at(e) - from) > (b - a) / 80) view(from, at(e));
      from = null; area.hidden = true;
    });
    stage.addEventListener("pointercancel", () => { from = null; area.hidden = true; });
    stage.addEventListener("dblclick", () => view(0, SIZE));
    reset.addEventListener("click", () => view(0, SIZE));
    stage.tabIndex = 0;
    stage.setAttribute("aria-label", "Chart. Arrow keys read values, plus and minus zoom, Escape shows the whole run.");
    stage.setAttribute("role", "group");
    stage.addEventListener("keydown", e => {
      const x = stage.dataset.at === undefined ? b : +stage.dataset.at, w = b - a;
      if (e.key === "ArrowLeft") point(x - w / 100);
      else if (e.key === "ArrowRight") point(x + w / 100);
      else if (e.key === "+" || e.key === "=") { view(Math.max(0, x - w / 4), Math.min(SIZE, x + w / 4)); point(x); }
      else if (e.key === "-") { view(Math.max(0, x - w), Math.min(SIZE, x + w)); point(x); }
      else if (e.key === "Escape") { view(0, SIZE); hide(); }
      else return;
      e.preventDefault();
    });
    stage.addEventListener("blur", hide);

    for (const li of box.parentElement.querySelectorAll(".legend li")) {
      const line = lines.find(l => l.name === li.dataset.name);
      if (!line) continue;
      const b = el("button"); b.type = "button"; b.setAttribute("aria-pressed", "true"); b.append(...li.childNodes); li.append(b);
      const toggle = () => {
        const off = line.path.classList.toggle("off");
        line.path.style.display = off ? "none" : ""; b.setAttribute("aria-pressed", String(!off));
        keep("off " + id + " " + line.name, off);
      };
      b.addEventListener("click", toggle);
      if (chosen["off " + id + " " + line.name]) toggle();
    }
    const zoom = chosen["zoom " + id];
    if (zoom) view(...zoom.map(t => (t - t0) / (t1 - t0) * SIZE));
  }
  document.querySelectorAll(".frame").forEach(frame);

  for (const table of document.querySelectorAll("section > .checks")) {
    if (table.querySelectorAll("tr.calm").length < 10) continue;
    const b = el("button", "brief", "Only what needs a look"); b.type = "button"; b.setAttribute("aria-pressed", "false");
    const id = "brief " + table.parentElement.id, toggle = () => { const on = table.classList.toggle("short"); b.setAttribute("aria-pressed", String(on)); keep(id, on); };
    b.addEventListener("click", toggle); table.before(b);
    if (chosen[id]) toggle();
  }

  for (const d of document.querySelectorAll("details")) {
    const id = "open " + d.parentElement.id;
    d.open = Boolean(chosen[id]);
    d.addEventListener("toggle", () => keep(id, d.open));
  }

  const tools = document.querySelector(".tools"), theme = el("button", "", "Light / dark"), paper = el("button", "", "Print");
  theme.type = paper.type = "button";
  theme.addEventListener("click", () => {
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    keep("theme", root.dataset.theme);
  });
  if (chosen.theme) root.dataset.theme = chosen.theme;
  paper.addEventListener("click", () => window.print());
  addEventListener("beforeprint", () => document.querySelectorAll("details").forEach(d => { d.open = true; }));
  tools.append(theme, paper);
})();
