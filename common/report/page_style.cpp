#include "common/report/page_style.h"

namespace mdh {

const std::string_view kPageStyle = R"css(
:root {
  color-scheme: light dark;
  --paper: #fcfcfa; --card: #ffffff; --line: #e3e1dc; --rule: #cfccc5;
  --ink: #1b1c1e; --soft: #5b5d62; --wash: #f4f3ef;
  --good: #157347; --bar: #4f9e78; --warn: #8f5400; --bad: #b3261e; --idle: #dcdad4;
  --good-wash: #e7f3ec; --warn-wash: #fbf0dd; --bad-wash: #fbe9e7;
  --focus: #1f5fbf;
  --mono: ui-monospace, "Cascadia Mono", "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #121315; --card: #191b1e; --line: #2a2d31; --rule: #3b3f45;
    --ink: #e9e8e4; --soft: #a3a5aa; --wash: #202327;
    --good: #56c28c; --bar: #3f8f68; --warn: #e3a94d; --bad: #ff8378; --idle: #34373c;
    --good-wash: #16291f; --warn-wash: #2d2414; --bad-wash: #331b19;
    --focus: #8ab4f8;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
}
header, main, footer { max-width: 47rem; margin: 0 auto; padding: 0 1.25rem; }
a { color: inherit; }
:focus-visible { outline: 2px solid var(--focus); outline-offset: 3px; border-radius: 4px; }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1.25rem; top: .5rem; background: var(--card); padding: .25rem .5rem; }

header { padding-top: 2.75rem; }
.name { margin: 0; font-size: .875rem; color: var(--soft); letter-spacing: .01em; }
h1 {
  margin: .35rem 0 0; font-size: clamp(1.6rem, 1.2rem + 1.8vw, 2.125rem); font-weight: 650;
  line-height: 1.2; letter-spacing: -.018em; text-wrap: balance;
}
.about { margin: .6rem 0 0; color: var(--soft); }
.about span + span::before { content: "\00b7"; margin: 0 .5em; }
.lost {
  margin: 1.25rem 0 0; padding: .75rem 1rem; border-left: 3px solid var(--bad);
  background: var(--bad-wash); border-radius: 0 6px 6px 0;
}

.profile {
  margin: 1.75rem 0 0; padding: 1.35rem 1.5rem 1.1rem; background: var(--card);
  border: 1px solid var(--line); border-radius: 12px;
}
.head { display: flex; flex-wrap: wrap; align-items: baseline; gap: .25rem 1rem; }
h2 {
  margin: 0; font-size: 1.25rem; font-weight: 620; letter-spacing: -.01em;
  overflow-wrap: anywhere;
}
.where { color: var(--soft); font-size: .9375rem; }
.state {
  margin-left: auto; display: inline-flex; align-items: center; gap: .45em; white-space: nowrap;
  font-size: .875rem; font-weight: 600; padding: .15em .7em .15em .6em; border-radius: 99px;
}
.state svg { width: .75em; height: .75em; fill: currentColor; }
.valid .state { color: var(--good); background: var(--good-wash); }
.failing .state { color: var(--warn); background: var(--warn-wash); }
.expired .state { color: var(--bad); background: var(--bad-wash); }
.starting .state { color: var(--soft); background: var(--wash); }

.facts {
  display: grid; grid-template-columns: repeat(3, 1fr); gap: .75rem 1.25rem; margin: 1.1rem 0 0;
}
.facts div { display: flex; flex-direction: column-reverse; justify-content: flex-end; }
.facts dt { color: var(--soft); font-size: .875rem; }
.facts dd {
  margin: 0; font-size: 1.1875rem; line-height: 1.35; font-variant-numeric: tabular-nums;
  letter-spacing: -.01em;
}
.facts div:first-child dd {
  font-size: 1.875rem; line-height: 1.1; font-weight: 600; letter-spacing: -.025em;
}
.facts div { align-self: end; }
.expired .facts div:first-child dd { color: var(--bad); }

.day { margin: 1.25rem 0 0; }
.day svg { display: block; width: 100%; height: 2.25rem; }
.day rect { fill: var(--idle); }
.day .ok { fill: var(--bar); }
.day .no { fill: var(--bad); }
.day p {
  display: flex; justify-content: space-between; gap: 1rem; margin: .3rem 0 0; color: var(--soft);
  font-size: .8125rem;
}

.note {
  margin: 1.1rem 0 0; padding: .75rem 1rem .8rem; border-radius: 8px; background: var(--wash);
}
.note p { margin: 0; overflow-wrap: anywhere; }
.note p + p { margin-top: .35rem; }
.note .what { font-weight: 600; }
.note .when { color: var(--soft); font-size: .875rem; }
.note.bad { background: var(--bad-wash); }
.note.warn { background: var(--warn-wash); }
.note.bad .what::before, .note.warn .what::before {
  content: "!"; font-weight: 800; margin-right: .5em;
}
.note.bad .what::before { color: var(--bad); }
.note.warn .what::before { color: var(--warn); }

details { margin: .9rem 0 0; border-top: 1px solid var(--line); padding-top: .75rem; }
details + details { margin-top: .7rem; }
summary {
  cursor: pointer; font-weight: 600; font-size: .9375rem; width: fit-content;
  padding-right: .5rem;
}
summary::marker { color: var(--soft); }
.code { position: relative; margin: .75rem 0 0; }
.code p { margin: 0 0 .35rem; padding-right: 5rem; color: var(--soft); font-size: .9375rem; }
pre {
  margin: 0; padding: .75rem 1rem; background: var(--wash); border-radius: 8px; overflow-x: auto;
  font: .8125rem/1.65 var(--mono); scrollbar-width: thin; scrollbar-color: var(--rule) transparent;
}
code { font: .9em var(--mono); overflow-wrap: anywhere; }
.code button {
  position: absolute; top: -.4rem; right: 0; font: 600 .8125rem/1 inherit; font-family: inherit;
  padding: .4rem .65rem; color: var(--ink); background: var(--card); border: 1px solid var(--rule);
  border-radius: 6px; cursor: pointer;
}
.code button:hover { border-color: var(--soft); }
table { border-collapse: collapse; width: 100%; margin: .7rem 0 0; font-size: .9375rem; }
th { text-align: left; font-weight: 600; color: var(--soft); font-size: .875rem; }
th, td {
  padding: .3rem .75rem .3rem 0; border-bottom: 1px solid var(--line);
  font-variant-numeric: tabular-nums;
}
tr:last-child td { border-bottom: 0; }
td.no { color: var(--bad); }

footer { margin-top: 2.25rem; padding-bottom: 3rem; color: var(--soft); font-size: .875rem; }
footer p { margin: 0 0 .3rem; }
@media (max-width: 34rem) {
  header { padding-top: 1.75rem; }
  .profile { margin-left: -.5rem; margin-right: -.5rem; padding: 1.1rem 1rem .9rem; }
  .facts { grid-template-columns: repeat(2, 1fr); }
  .facts div:first-child { grid-column: 1 / -1; }
}
@media (forced-colors: active) {
  .day .ok { fill: CanvasText; }
  .day .no { fill: Mark; }
  .state, .profile, .note { border: 1px solid; }
}
@media print { .code button, .skip { display: none; } .profile { break-inside: avoid; } }
)css";

}  // namespace mdh
