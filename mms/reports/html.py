"""A paper as one HTML file: no script, no request to anywhere, dark text on white, printable."""

from base64 import b64encode
from html import escape

from mms.reports.paper import Block, Code, Facts, Figure, Heading, Paper, Prose, Sentence, Table
from mms.reports.prose import prose_html

POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
"""What the file may do, enforced by the browser: show its own pictures in its own style, and nothing else."""

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; color: #1c2126; background: #fff; max-width: 52rem;
  margin: 2rem auto; padding: 0 1rem; overflow-wrap: anywhere; }
h1 { font-size: 1.7rem; } h2 { font-size: 1.25rem; margin-top: 2rem; } h3 { font-size: 1.05rem; }
h2, h3, caption { break-after: avoid; } tr, figure { break-inside: avoid; }
table { border-collapse: collapse; width: 100%; } caption { text-align: left; color: #4a5158; padding: .3rem 0; }
th, td { text-align: left; vertical-align: top; padding: .25rem .6rem .25rem 0; border-bottom: 1px solid #d5dade; }
th { overflow-wrap: normal; } td { min-width: 3.5rem; }
@media screen and (max-width: 40rem) { table { display: block; overflow-x: auto; }
  td { min-width: 5rem; overflow-wrap: normal; } }
dl { display: grid; grid-template-columns: minmax(8rem, max-content) 1fr; gap: .2rem 1.2rem; }
dt { color: #4a5158; } dd { margin: 0; } figure { margin: 1rem 0; } figure img { max-width: 100%; }
figcaption, footer { color: #4a5158; } .head { font-weight: bold; }
blockquote { margin-left: 0; padding-left: 1rem; border-left: 3px solid #d5dade; }
pre { white-space: pre-wrap; background: #f3f5f7; padding: .7rem; } footer { margin-top: 2rem; font-size: .85rem; }
@page { margin: 18mm; } @media print { body { margin: 0; max-width: none; } }
"""


def to_html(paper: Paper) -> str:
    """The whole file as text."""
    title = escape(paper.title)
    body = "\n".join(_block(block) for block in paper.blocks)
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title><style>{_STYLE}</style></head>\n<body><main><h1>{title}</h1>\n{body}\n</main>"
        f"<footer>{escape(paper.foot)}</footer></body></html>\n"
    )


def _block(block: Block) -> str:
    match block:
        case Heading(text, level):
            return f"<h{level}>{escape(text)}</h{level}>"
        case Sentence(text):
            return f"<p>{escape(text)}</p>"
        case Facts(rows):
            return f"<dl>{''.join(f'<dt>{escape(name)}</dt><dd>{escape(fact)}</dd>' for name, fact in rows)}</dl>"
        case Table():
            return _table(block)
        case Figure(svg, alt):
            source = f"data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}"
            caption = f"<figcaption>{escape(alt)}</figcaption>"
            return f'<figure><img src="{source}" alt="{escape(alt)}">{caption}</figure>'
        case Prose(text):
            return f"<section>{prose_html(text)}</section>"
        case Code(text):
            return f"<pre><code>{escape(text)}</code></pre>"


def _table(table: Table) -> str:
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in table.header)
    rows = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in table.rows)
    return (
        f"<table><caption>{escape(table.caption)}</caption><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    )
