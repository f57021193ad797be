"""From the help's markup to the HTML that a text browser shows: headings with anchors, lists, tables, equations.

The pages are Markdown with two additions: ``## Title {#anchor}`` and TeX, in a line of its own between ``$$`` (drawn)
or within a line between ``$`` (turned into letters with sub- and superscripts).
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

_LETTERS = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "theta": "θ", "lambda": "λ", "mu": "µ", "pi": "π",
    "tau": "τ", "phi": "φ", "varphi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω", "sigma": "σ", "kappa": "κ", "nu": "ν",
    "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Phi": "Φ", "Omega": "Ω", "hbar": "ħ", "pm": "±", "mp": "∓",
    "approx": "≈", "ll": "≪", "gg": "≫", "leq": "≤", "geq": "≥", "cdot": "·", "times": "×", "infty": "∞",
    "sqrt": "√", "propto": "∝", "rightarrow": "→", "langle": "⟨", "rangle": "⟩", "sin": "sin", "cos": "cos",
    "exp": "exp", "circ": "°", "neq": "≠", "sim": "~",
}
_UPRIGHT = {"sin", "cos", "exp", "pm", "mp"}


def inline_tex(tex: str) -> str:
    """Return a short piece of TeX as HTML with sub- and superscripts; Latin letters stand in italics."""
    found, place = [], 0
    while place < len(tex):
        sign = tex[place]
        if sign in "_^" and place + 1 < len(tex):
            inner, place = _group(tex, place + 1)
            tag = "sub" if sign == "_" else "sup"
            found.append(f"<{tag}>{inline_tex(inner)}</{tag}>")
        elif sign == "\\":
            word = re.match(r"\\([A-Za-z]+|.)", tex[place:])
            assert word is not None
            place += word.end()
            name = word[1]
            if name in ("mathrm", "text"):
                inner, place = _group(tex, place)
                found.append(html.escape(inner))
            elif name in (",", ";", " "):
                found.append("\u2009")
            else:
                found.append(_LETTERS.get(name, name))
                if place < len(tex) and tex[place] == " " and name.isalpha():
                    place += 1 if name not in ("approx", "ll", "gg", "leq", "geq", "pm", "times", "rightarrow",
                                               "propto", "neq", "sim", "mp") else 0
        elif sign in "{}":
            place += 1
        else:
            found.append(f"<i>{sign}</i>" if sign.isalpha() and sign.isascii()
                         else "−" if sign == "-" else html.escape(sign))
            place += 1
    return "".join(found).replace("</i><i>", "")


def _group(tex: str, place: int) -> tuple[str, int]:
    """Return what an index holds, one sign or a group in braces, and where it ends."""
    if tex[place] == "\\":
        word = re.match(r"\\[A-Za-z]+", tex[place:])
        end = place + (word.end() if word else 2)
        if end < len(tex) and tex[end] == "{":
            _, end = _group(tex, end)
        return tex[place:end], end
    if tex[place] != "{":
        return tex[place], place + 1
    depth = 0
    for end in range(place, len(tex)):
        depth += (tex[end] == "{") - (tex[end] == "}")
        if depth == 0:
            return tex[place + 1:end], end + 1
    return tex[place + 1:], len(tex)


def inline(text: str) -> str:
    """Return a line of markup as HTML."""
    kept: list[str] = []

    def keep(piece: str) -> str:
        kept.append(piece)
        return f"\x00{len(kept) - 1}\x00"

    text = re.sub(r"`([^`]+)`", lambda m: keep(f"<code>{html.escape(m[1])}</code>"), text)
    text = re.sub(r"\$([^$]+)\$", lambda m: keep(inline_tex(m[1])), text)
    text = html.escape(text, quote=False)
    text = re.sub(r"\[([^\]]+)\]\(([^)]+)\)", r'<a href="\2">\1</a>', text)
    text = re.sub(r"\*\*([^*]+)\*\*", r"<b>\1</b>", text)
    text = re.sub(r"(?<![\w*])\*([^*]+)\*(?![\w*])", r"<i>\1</i>", text)
    return re.sub("\x00([0-9]+)\x00", lambda m: kept[int(m[1])], text)


def blocks(text: str) -> Iterator[list[str]]:
    """Yield the lines of each block; blank lines stand between them."""
    block: list[str] = []
    for line in text.splitlines():
        if line.strip():
            block.append(line.rstrip())
        elif block:
            yield block
            block = []
    if block:
        yield block


def to_html(text: str) -> str:
    """Return a page of markup as the body of an HTML page."""
    return "\n".join(_block(block) for block in blocks(text))


def _block(lines: list[str]) -> str:
    first = lines[0]
    heading = re.match(r"(#+)\s+(.*?)(?:\s*\{#([\w.-]+)\})?$", first)
    if heading:
        level, title, anchor = len(heading[1]), inline(heading[2]), heading[3]
        inner = f'<a name="{anchor}">{title}</a>' if anchor else title
        rest = _block(lines[1:]) if len(lines) > 1 else ""
        return f"<h{level}>{inner}</h{level}>{rest}"
    if first.startswith("$$"):
        tex = " ".join(lines).strip().strip("$").strip()
        return f'<p class="equation" align="center"><img src="eq:{html.escape(tex, quote=True)}"></p>'
    if first.startswith("|"):
        return _table(lines)
    if re.match(r"(-|[0-9]+\.)\s", first):
        return _list(lines)
    return f"<p>{inline(' '.join(lines))}</p>"


def _list(lines: list[str]) -> str:
    items: list[str] = []
    for line in lines:
        item = re.match(r"(?:-|[0-9]+\.)\s+(.*)", line)
        if item:
            items.append(item[1])
        else:
            items[-1] += " " + line.strip()
    tag = "ul" if lines[0].startswith("-") else "ol"
    return f"<{tag}>" + "".join(f"<li>{inline(item)}</li>" for item in items) + f"</{tag}>"


def _table(lines: list[str]) -> str:
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines
            if not re.match(r"\|[\s:|-]+$", line)]
    head = "".join(f"<th align='left'>{inline(cell)}</th>" for cell in rows[0])
    body = "".join("<tr>" + "".join(f"<td>{inline(cell)}</td>" for cell in row) + "</tr>" for row in rows[1:])
    return f'<table cellpadding="3" cellspacing="0"><tr>{head}</tr>{body}</table>'


def equations_in(text: str) -> list[str]:
    """Return the equations that a page draws."""
    return [" ".join(block).strip().strip("$").strip() for block in blocks(text) if block[0].startswith("$$")]


def anchors_in(page: str) -> set[str]:
    """Return the anchors of a page of HTML."""
    return set(re.findall(r'<a (?:class="name" )?name="([^"]+)"', page))


def links_in(page: str) -> list[str]:
    """Return where the links of a page of HTML lead."""
    return [html.unescape(link) for link in re.findall(r'<a href="([^"]+)"', page)]


def plain(page: str) -> str:
    """Return the words of a page of HTML, for a search."""
    words = re.sub(r"</?(su[bp]|i|b|a|code)( [^>]*)?>", "", page)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", words)).split())
