"""The frame of a feedback page: its style, which asks for nothing from elsewhere."""

STYLE = """
:root { color-scheme: light dark; --ink: #1b1f24; --paper: #fff; --line: #d0d7de; --soft: #f6f8fa;
  --quiet: #57606a; --right: #116329; --partly: #7a4b00; --wrong: #a40e26; --link: #0550ae;
  --green: #116329; --red: #a40e26; --yellow: #7a4b00; --blue: #0550ae; --cyan: #1b6a75;
  --magenta: #7a3e9d; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --paper: #0d1117; --line: #3d444d;
  --soft: #161b22; --quiet: #9198a1; --right: #56d364; --partly: #e3b341; --wrong: #ff7b72;
  --link: #79c0ff; --green: #56d364; --red: #ff7b72; --yellow: #e3b341; --blue: #79c0ff;
  --cyan: #76e3ea; --magenta: #d2a8ff; } }
* { box-sizing: border-box; }
body { font: 16px/1.45 system-ui, sans-serif; color: var(--ink); background: var(--paper);
  max-width: 54rem; margin: 1.5rem auto; padding: 0 1rem; overflow-wrap: anywhere; }
a { color: var(--link); } h1 { font-size: 1.7rem; margin: 0; line-height: 1.2; }
h2 { font-size: 1.15rem; margin: 1.2rem 0 .5rem; } p { margin: .4rem 0; }
.who, .quiet { color: var(--quiet); } .total { font-size: 1.25rem; margin: .6rem 0 .2rem; }
.total b { font-size: 1.6rem; }
nav ul { list-style: none; margin: .8rem 0; padding: 0; display: grid; gap: .35rem;
  grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); }
nav a { display: flex; justify-content: space-between; gap: .5rem; padding: .15rem .5rem;
  border-left: .3rem solid var(--mark, var(--quiet)); background: var(--soft);
  text-decoration: none; font-size: .9rem; }
nav a b { font-weight: 500; white-space: nowrap; }
.right { --mark: var(--right); } .partly { --mark: var(--partly); } .wrong { --mark: var(--wrong); }
.task { border: 1px solid var(--line); border-left: .3rem solid var(--mark, var(--quiet));
  border-radius: .3rem; margin: .5rem 0; padding: 0 .8rem; }
.task > summary { display: flex; flex-wrap: wrap; gap: 0 .8rem; align-items: baseline;
  padding: .4rem 0; cursor: pointer; }
.task > summary code { font-weight: 600; font-size: .95rem; }
.task > summary::before { content: "+"; width: .7rem; color: var(--quiet); }
.task[open] > summary::before { content: "\\2212"; }
.task > summary .points { margin-left: auto; white-space: nowrap; }
.state { color: var(--mark, var(--quiet)); font-weight: 600; }
.message { margin-top: 0; } .missing { margin: 0; padding-left: 1.2rem; }
  p.wrong { border-left: .3rem solid var(--wrong); padding-left: .6rem; }
.task > :last-child { margin-bottom: .5rem; } .task details { margin: .2rem 0; }
details > summary { cursor: pointer; } .task details > summary, .notebook > summary {
  color: var(--link); } .notebook > summary { font-size: 1.15rem; padding: .4rem 0; }
.asked, .answer { border-left: 2px solid var(--line); padding-left: .8rem; margin: .2rem 0; }
.asked > p, .answer > p { margin: .1rem 0 .3rem; }
table { border-collapse: collapse; display: block; overflow-x: auto; }
th, td { padding: .1rem .5rem; border: 1px solid var(--line); text-align: left; }
img { max-width: 100%; background: #fff; } img.drawing { background: none; }
.card { float: right; width: 17rem; max-width: 100%; margin: 0 0 .3rem .8rem; }
.task::after { content: ""; display: block; clear: both; }
.cell, .text { margin: 1rem 0; } .comment { border: 1px solid var(--line); padding: 0 .6rem;
  margin: .4rem 0; }
pre, .code pre { background: var(--soft); padding: .5rem; overflow-x: auto; margin: .2rem 0;
  font-size: .85rem; white-space: pre-wrap; overflow-wrap: anywhere; }
pre.numbers { white-space: pre; overflow-wrap: normal; }
.stderr { border-left: .3rem solid var(--wrong); }
.code .k, .code .kn, .code .ow { font-weight: 600; } .code .c1, .code .s2 { opacity: .8; }
.ansi-bold { font-weight: 600; } .ansi-underline { text-decoration: underline; }
.ansi-green-fg, .ansi-green-intense-fg { color: var(--green); }
.ansi-red-fg, .ansi-red-intense-fg { color: var(--red); }
.ansi-yellow-fg, .ansi-yellow-intense-fg { color: var(--yellow); }
.ansi-blue-fg, .ansi-blue-intense-fg { color: var(--blue); }
.ansi-cyan-fg, .ansi-cyan-intense-fg { color: var(--cyan); }
.ansi-magenta-fg, .ansi-magenta-intense-fg { color: var(--magenta); }
@media (max-width: 40rem) { .task > summary .points { margin-left: 0; } }
@media print { .cell, .task { break-inside: avoid; } body { max-width: none; margin: 0;
    font-size: 11pt; }
  details::details-content { content-visibility: visible; } .task > summary::before { content: ""; }
}
"""

PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Feedback: {title}</title>
<style>{style}</style>
</head>
<body><main>
{body}
</main></body>
</html>
"""
