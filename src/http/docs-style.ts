// The style sheet of the page in docs-page.ts. It stands here as text so that it is built and published like any module.

export const STYLE = `:root {
  color-scheme: light dark;
  --paper: #ffffff;
  --shade: #f4f6f8;
  --line: #d5dbe1;
  --ink: #1c232b;
  --faint: #52606d;
  --link: #0b5cad;
  --get: #0b5cad;
  --post: #1a6b3c;
  --delete: #a4262c;
}

@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14181d;
    --shade: #1d232a;
    --line: #37414c;
    --ink: #e4e9ee;
    --faint: #a3b0bd;
    --link: #7cb8f5;
    --get: #7cb8f5;
    --post: #7fd1a0;
    --delete: #f29b9b;
  }
}

* { box-sizing: border-box; }

html { scroll-padding-top: 1rem; scrollbar-color: var(--line) transparent; }

body {
  margin: 0 auto;
  max-width: 78rem;
  padding: 0 1rem 4rem;
  background: var(--paper);
  color: var(--ink);
  font: 1rem/1.6 system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif;
  overflow-wrap: break-word;
}

a { color: var(--link); text-underline-offset: 0.2em; }
a:focus-visible, summary:focus-visible, pre:focus-visible, .scroll:focus-visible {
  outline: 3px solid var(--link);
  outline-offset: 2px;
  border-radius: 2px;
}

.skip { position: absolute; left: -100vw; padding: 0.5rem 1rem; background: var(--paper); }
.skip:focus { left: 0; z-index: 1; }

header { padding: 2rem 0 1rem; border-bottom: 1px solid var(--line); }
header p { margin: 0.25rem 0 0; color: var(--faint); }

h1, h2, h3, h4 { line-height: 1.25; text-wrap: balance; }
h1 { margin: 0; font-size: 2rem; letter-spacing: -0.02em; }
h2 { margin: 3.5rem 0 0.5rem; font-size: 1.5rem; }
h3 { margin: 0; font-size: 1.0625rem; font-weight: 600; }
h4 { margin: 1.5rem 0 0.5rem; font-size: 0.9375rem; }

nav { padding: 1rem 0; border-bottom: 1px solid var(--line); }
nav ul { margin: 0; padding: 0; list-style: none; }
nav > ul { display: flex; flex-wrap: wrap; gap: 0 1.25rem; }
nav > ul > li > a { display: inline-block; padding: 0.25rem 0; }
nav ul ul { display: none; }

article { margin: 1.5rem 0 0; padding: 1.25rem 0 0; border-top: 1px solid var(--line); }
article > p { margin: 0.5rem 0; }
.summary { font-size: 1.0625rem; }

code, pre { font-family: ui-monospace, 'SF Mono', 'Cascadia Mono', Menlo, Consolas, monospace; }
code { font-size: 0.9em; }
pre {
  margin: 0.5rem 0;
  max-height: 24rem;
  padding: 0.75rem 1rem;
  overflow: auto;
  background: var(--shade);
  border-radius: 6px;
  font-size: 0.875rem;
  line-height: 1.5;
}
pre code { font-size: inherit; }

.method { font: 600 0.75rem/1 ui-monospace, 'SF Mono', Menlo, Consolas, monospace; letter-spacing: 0.03em; }
.get { color: var(--get); }
.post { color: var(--post); }
.delete { color: var(--delete); }

.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-size: 0.9375rem; line-height: 1.5; }
th, td { padding: 0.5rem 1rem 0.5rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
thead th { color: var(--faint); font-weight: 400; font-size: 0.8125rem; }
tbody th { font-weight: 400; }
tbody td:last-child { min-width: 11rem; padding-right: 0; }
.mark { font-size: 0.8125rem; white-space: nowrap; }
.required { color: var(--delete); }
.always { color: var(--faint); }
.rules { display: block; min-width: 5rem; color: var(--faint); font-size: 0.8125rem; }

details { margin: 0.75rem 0 0; }
summary { width: fit-content; padding: 0.25rem 0; color: var(--link); cursor: pointer; }

main p { max-width: 44rem; }

@media (max-width: 30rem) {
  table { font-size: 0.875rem; }
  th, td { padding-right: 0.625rem; }
  tbody td:last-child { min-width: 8rem; }
  .rules { min-width: 0; }
}

@media (min-width: 60rem) {
  body { display: grid; grid-template-columns: 19rem minmax(0, 1fr); column-gap: 3rem; padding: 0 2rem 6rem; }
  header { grid-column: 1 / -1; }
  nav {
    position: sticky;
    top: 0;
    align-self: start;
    max-height: 100vh;
    padding: 1.5rem 1rem 2rem 0.25rem;
    overflow-y: auto;
    scrollbar-width: thin;
    scrollbar-color: var(--line) transparent;
    border: 0;
    font-size: 0.875rem;
    line-height: 1.4;
  }
  nav > ul { display: block; }
  nav > ul > li { margin-bottom: 1.25rem; }
  nav > ul > li > a { color: var(--ink); font-weight: 600; text-decoration: none; }
  nav ul ul { display: block; }
  nav ul ul a {
    display: grid;
    grid-template-columns: 3.25rem minmax(0, 1fr);
    align-items: baseline;
    padding: 0.1875rem 0;
    color: var(--faint);
    text-decoration: none;
  }
  nav a:hover { color: var(--link); text-decoration: underline; }
  nav .method { font-size: 0.6875rem; }
  main { padding-top: 1.5rem; }
}

@media print {
  nav, .skip { display: none; }
  pre { max-height: none; white-space: pre-wrap; }
}
`
