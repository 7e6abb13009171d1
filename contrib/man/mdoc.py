# SPDX-License-Identifier: GPL-3.0-or-later
"""The part of Markdown that docs/ uses, as mdoc(7): paragraphs, lists, tables, code, headings."""

import re

WIDTH = 78
PLAIN = {"…": "...", "→": "->", "–": "-", "—": "--", "≥": ">=", "≤": "<=", "×": "x", "¹": "(1)"}


def escape(text):
    """Text that roff takes as it is."""
    text = text.replace("\\", "\\e")
    text = "".join(PLAIN.get(letter, letter) for letter in text)
    return "".join(c if ord(c) < 128 else f"\\[u{ord(c):04X}]" for c in text)


def code(text):
    """A word for the machine: bold, its hyphens minus signs."""
    return "\\fB" + escape(text).replace("-", "\\-") + "\\fR"


def inline(text):
    """Code, emphasis and links of a paragraph; a link keeps its words."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    parts = re.split(r"(`[^`]*`|\*\*[^*]+\*\*|\*[^*\s][^*]*\*)", text)
    out = []
    for part in parts:
        if part.startswith("`") and len(part) > 1:
            out.append(code(part[1:-1]))
        elif part.startswith("**") and len(part) > 4:
            out.append("\\fB" + escape(part[2:-2]) + "\\fR")
        elif part.startswith("*") and part.endswith("*") and len(part) > 2:
            out.append("\\fI" + escape(part[1:-1]) + "\\fR")
        else:
            out.append(escape(part))
    return "".join(out)


def guard(line):
    """A text line that begins like a request."""
    return "\\&" + line if line[:1] in (".", "'") else line


def text(words):
    """Lines of at most WIDTH letters, each sentence on a line of its own."""
    lines = []
    for sentence in re.split(r"(?<=[^.\s][.!?])\s+(?=[^a-z\s])", inline(" ".join(words.split()))):
        line = ""
        for word in sentence.split(" "):
            if line and len(line) + 1 + len(word) > WIDTH:
                lines.append(guard(line))
                line = word
            else:
                line = f"{line} {word}" if line else word
        lines.append(guard(line))
    return lines


def tagged(rows):
    """A list of (tag, lines)."""
    out = [".Bl -tag -width Ds"]
    for tag, lines in rows:
        out += [".It " + tag] + lines
    return out + [".El"]


def tag(words):
    """Inline text as the argument of .It."""
    return "Xo\n" + guard(inline(words) or "\\ ") + "\n.Xc"


def cells(line):
    """The cells of a row; a bar behind a backslash is part of its cell."""
    row = line.strip().strip("|").replace("\\|", "\0")
    return [cell.strip().replace("\0", "|") for cell in row.split("|")]


def table(lines):
    """The first column is the tag, the last one the text, those between named by their heading."""
    head = cells(lines[0])
    rows = []
    for line in lines[2:]:
        row = cells(line)
        middle = [f" ({name}: {cell})" for name, cell in zip(head[1:-1], row[1:-1]) if cell]
        rows.append((tag(row[0]), text(row[-1] + "".join(middle)) if len(row) > 1 else []))
    return tagged(rows)


def blocks(source):
    """Groups the lines of Markdown: (kind, lines)."""
    kind, group = None, []
    fenced = False
    for line in source.split("\n") + [""]:
        if line.startswith("```"):
            if group:
                yield kind, group
            kind, group, fenced = ("code", [], True) if not fenced else (None, [], False)
            continue
        if fenced:
            group.append(line)
            continue
        if not line.strip():
            if kind in ("code", "item") and group:
                group.append("")
                continue
            new = None
        elif line.startswith("#"):
            new = "heading"
        elif line.startswith("|"):
            new = "table"
        elif line.startswith("- ") or (kind == "item" and line.startswith("  ")):
            new = "item"
        elif line.startswith("    "):
            new = "code"
        else:
            new = "text"
        starts = new in ("item", "heading") and not line.startswith(" ")
        # A line right after an item or a text goes on with it.
        goes_on = new == kind or (new == "text" and kind == "item" and group[-1])
        if group and (starts or not goes_on):
            yield kind, group
            group = []
        if starts or not goes_on:
            kind = new
        if new:
            group.append(line)
    if group:
        yield kind, group


def literal(lines):
    while lines and not lines[-1].strip():
        lines = lines[:-1]
    indent = min((len(x) - len(x.lstrip()) for x in lines if x.strip()), default=0)
    shown = [guard(escape(x[indent:]).replace("-", "\\-")) for x in lines]
    return [".Bd -literal -offset indent"] + shown + [".Ed"]


def convert(source):
    """Lines of mdoc; headings become subsections."""
    out, items = [], []

    def close():
        if items:
            out.extend([".Bl -bullet"] + items + [".El"])
            items.clear()

    for kind, lines in blocks(source):
        if kind == "item":
            inner = "\n".join([lines[0][2:]] + [x[2:] if x[:2] == "  " else x for x in lines[1:]])
            items.extend([".It"] + convert(inner)[1:])
            continue
        close()
        if kind == "heading":
            out.append(".Ss " + escape(lines[0].lstrip("# ")))
        elif kind == "text":
            out += [".Pp"] + text(" ".join(lines))
        elif kind == "table":
            out += table(lines)
        elif kind == "code":
            out += literal(lines)
    close()
    # A paragraph right after a heading, or before a list or a display, says nothing.
    return [x for i, x in enumerate(out) if not (x == ".Pp" and i and out[i - 1][:3] == ".Ss")]
