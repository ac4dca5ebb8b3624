#!/usr/bin/env python3
"""Writes the sample archive (archive/) and what is planted in it (truth.jsonl).

    python3 make_sample.py          write both, then check them
    python3 make_sample.py --check  check only: the files on disk are what this script would write,
                                    and what the truth says holds

Standard library only; the same bytes at every run. The texts stand in sample_texts.py, the format
of the truth in ../README.md. Offsets are Unicode scalar values into the text field, half-open.
"""

import itertools
import json
import re
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

sys.dont_write_bytecode = True  # leave no __pycache__ in the repository

import sample_texts as texts  # noqa: E402

HERE = Path(__file__).resolve().parent

SEPARATOR = {"en": "\n\n", "es": "\n", "ja": "\n"}  # between paragraphs
HOST = {
    ("northwire.example", "en"): "www.northwire.example",
    ("northwire.example", "es"): "es.northwire.example",
    ("northwire.example", "ja"): "ja.northwire.example",
    ("dailysweep.example", "en"): "www.dailysweep.example",
    ("dailysweep.example", "es"): "es.dailysweep.example",
    ("dailysweep.example", "ja"): "ja.dailysweep.example",
}
OUTLET = {  # by the first part of an article's id
    "nw": "northwire.example",
    "sweep": "dailysweep.example",
    "courier": "portaldercourier.example",
    "gazette": "brackwatergazette.example",
    "herald": "highmoorherald.example",
    "diario": "diariovaldehierro.example",
    "voz": "vozderibera.example",
    "minato": "minato-shimbun.example",
    "kitayama": "kitayama-nippo.example",
}
DATELINE = re.compile(r"[^\n]*?\(Northwire\) — |【[^】\n]*】")
SHORTEST_PASSAGE = 16  # words; an unspaced Japanese character counts half a word


# --- building ------------------------------------------------------------------------------------


@dataclass
class Copied:
    """A stretch of another article's text."""

    source: str
    begin: int
    end: int


@dataclass
class Article:
    id: str
    language: str
    outlet: str
    when: str
    title: str
    text: str
    family: str
    parent: str
    mode: str
    credited: bool
    event: str = None
    passages: list = field(default_factory=list)
    repeats: list = field(default_factory=list)
    boilerplate: list = field(default_factory=list)


ARTICLES = {}


def paragraphs(body, language):
    """The paragraphs of a text constant, with the wrapping of sample_texts.py undone."""
    joiner = "" if language == "ja" else " "
    return [joiner.join(block.split("\n")) for block in body.strip().split("\n\n")]


def constant(key, language):
    """The title and the text that sample_texts.py holds under a key."""
    book = {"en": texts.ENGLISH, "es": texts.SPANISH, "ja": texts.JAPANESE}[language]
    title, body = book[key]
    return title, SEPARATOR[language].join(paragraphs(body, language))


def tokens(text, language):
    """(begin, end) of words, or of single letters and digits in Japanese."""
    pattern = r"[^\W_]" if language == "ja" else r"[^\W_]+"
    return [match.span() for match in re.finditer(pattern, text)]


def words(text, language):
    count = len(tokens(text, language))
    return count / 2 if language == "ja" else count


def add(id, language, when, title, pieces, mode, parent=None, credited=False, event=None):
    """Joins own text (str) and copied stretches into an article, and notes where the copies landed."""
    outlet = OUTLET.get(id.split("-")[0])  # None for the plain text file
    pieces = list(pieces)
    footer = outlet == "brackwatergazette.example"
    if footer:
        pieces.append(SEPARATOR[language])
        pieces.append(texts.GAZETTE_FOOTER)

    text, passages = "", []
    for piece in pieces:
        if isinstance(piece, str):
            text += piece
            continue
        copied = ARTICLES[piece.source].text[piece.begin : piece.end]
        if words(copied, language) >= SHORTEST_PASSAGE:
            passages.append(
                {
                    "source": piece.source,
                    "source_chars": [piece.begin, piece.end],
                    "target_chars": [len(text), len(text) + len(copied)],
                }
            )
        text += copied

    same_story = mode in ("reprint", "abridged", "expanded")
    family = ARTICLES[parent].family if same_story else id
    article = Article(
        id, language, outlet, when, title, text, family, parent, mode, credited, event, passages
    )
    if footer:
        article.boilerplate.append([len(text) - len(texts.GAZETTE_FOOTER), len(text)])
    assert id not in ARTICLES, id
    ARTICLES[id] = article
    return article


def original(id, language, when, mode="original", event=None):
    title, text = constant(id, language)
    return add(id, language, when, title, [text], mode, event=event)


def reprint(
    id, source, when, title=None, *, edits=(), dateline=False, before="", after="",
    credited=False, keep=None, mode="reprint",
):
    """The source's text, or its first `keep` paragraphs, with (old, new) edits; its dateline only on request."""
    origin = ARTICLES[source]
    separator = SEPARATOR[origin.language]
    body = origin.text if keep is None else separator.join(origin.text.split(separator)[:keep])
    mark = DATELINE.match(body)
    begin = mark.end() if mark and not dateline else 0

    pieces = [before + separator] if before else []
    for old, new in sorted(edits, key=lambda edit: body.index(edit[0])):
        assert body.count(old) == 1, (id, old)
        at = body.index(old)
        pieces += [Copied(source, begin, at), new]
        begin = at + len(old)
    if begin < len(body):
        pieces.append(Copied(source, begin, len(body)))
    if after:
        pieces.append(separator + after)
    return add(id, origin.language, when, title or origin.title, pieces, mode, source, credited)


def excerpt(id, source, paragraph, when, *, credited=False):
    """An article of the outlet's own in which [[copy]] is one paragraph of the source."""
    origin = ARTICLES[source]
    separator = SEPARATOR[origin.language]
    title, text = constant(id, origin.language)
    passage = origin.text.split(separator)[paragraph]
    begin = origin.text.index(passage)
    head, tail = text.split("[[copy]]")
    pieces = [head, Copied(source, begin, begin + len(passage)), tail]
    return add(id, origin.language, when, title, pieces, "excerpt", source, credited)


def repeat(article, first, again, kind):
    article.repeats.append({"first_chars": list(first), "again_chars": list(again), "kind": kind})


def double_capture(id, language, when, *, skip=0):
    """The body captured twice, the second time without its first `skip` paragraphs."""
    separator = SEPARATOR[language]
    title, body = constant(id, language)
    begin = len(separator.join(body.split(separator)[:skip]) + separator) if skip else 0
    article = add(id, language, when, title, [body, separator, body[begin:]], "original")
    second = len(body) + len(separator)
    repeat(article, (begin, len(body)), (second, len(article.text)), "double-capture")


def heading_echo(id, language, when, heading):
    """A heading line printed twice in a row."""
    separator = SEPARATOR[language]
    title, body = constant(id, language)
    parts = body.split(separator)
    parts.insert(parts.index(heading), heading)
    article = add(id, language, when, title, [separator.join(parts)], "original")
    first = article.text.index(heading)
    again = first + len(heading) + len(separator)
    repeat(article, (first, first + len(heading)), (again, again + len(heading)), "heading-echo")


def lead_echo(id, language, when, byline):
    """The lead, a line of metadata, and the lead again before the rest."""
    separator = SEPARATOR[language]
    title, body = constant(id, language)
    lead = body.split(separator)[0]
    article = add(id, language, when, title, [separator.join((lead, byline, body))], "original")
    again = len(lead + separator + byline + separator)
    repeat(article, (0, len(lead)), (again, again + len(lead)), "lead-echo")


def pull_quote(id, language, when, sentence, at):
    """A sentence of the article set again as its own paragraph, the one with number `at`."""
    separator = SEPARATOR[language]
    title, body = constant(id, language)
    assert body.count(sentence) == 1, (id, sentence)
    parts = body.split(separator)
    parts.insert(at, sentence)
    article = add(id, language, when, title, [separator.join(parts)], "original")
    first = article.text.index(sentence)
    again = article.text.index(sentence, first + 1)
    repeat(
        article, (first, first + len(sentence)), (again, again + len(sentence)), "pull-quote"
    )


def labels(id, language, when, label):
    """A short line that stands several times, each time with other text after it."""
    article = original(id, language, when)
    spans = [m.span() for m in re.finditer(rf"(?m)^{re.escape(label)}$", article.text)]
    for again in spans[1:]:
        repeat(article, spans[0], again, "label")


def template(slug, when, parent=None, **blanks):
    title, text = constant("TEMPLATE", "en")
    add(
        f"herald-grant-{slug}", "en", when, title.format(**blanks), [text.format(**blanks)],
        "template", parent,
    )


# --- what is in the archive ----------------------------------------------------------------------


def english():
    # One story in five outlets.
    original("nw-harbour-wall", "en", "2025-05-06T11:40:00Z")
    reprint(
        "courier-harbour-wall", "nw-harbour-wall", "2025-05-06T12:25:00Z",
        "Harbour wall cracks: ferry and fleet shut out", dateline=True, credited=True,
    )
    reprint(
        "sweep-harbour-wall", "nw-harbour-wall", "2025-05-06T12:31:00Z",
        "Port closed after divers find 11-metre crack",
    )
    reprint(
        "gazette-harbour-wall", "nw-harbour-wall", "2025-05-06T15:10:00Z",
        after="(Source: northwire.example)", credited=True,
    )
    reprint(
        "herald-harbour-wall", "nw-harbour-wall", "2025-05-07T05:30:00Z",
        "Ferry halted as Port Alder inspects its wall",
        edits=[("about forty fishing", "some forty fishing"), ("emergency help", "urgent help")],
    )

    original("nw-rail-strike", "en", "2025-05-12T14:05:00Z")
    reprint(
        "courier-rail-strike", "nw-rail-strike", "2025-05-12T16:45:00Z",
        "Rail strike: what you need to know",
        before="By Northwire staff", credited=True,
        edits=[("roughly nine", "around nine"), ("disappointing", "regrettable")],
    )
    reprint("sweep-rail-strike", "nw-rail-strike", "2025-05-12T14:20:00Z")
    reprint(
        "herald-rail-strike", "nw-rail-strike", "2025-05-13T05:45:00Z",
        "No trains to Highmoor from Thursday night", mode="abridged", keep=3,
        dateline=True, credited=True,
    )

    original("courier-hospital", "en", "2025-05-07T17:20:00Z")
    reprint(
        "gazette-hospital", "courier-hospital", "2025-05-08T06:00:00Z",
        "Coast keeps its children’s ward", edits=[("along the coast", "on the coast")],
    )

    original("herald-lantern-festival", "en", "2025-05-11T09:15:00Z")
    reprint(
        "sweep-lantern-festival", "herald-lantern-festival", "2025-05-11",
        after="This article was originally published by the Highmoor Herald (highmoorherald.example).",
        credited=True,
    )
    _, more = constant("courier-lantern-festival+1", "en")
    reprint(
        "courier-lantern-festival", "herald-lantern-festival", "2025-05-12T07:00:00Z",
        "Port Alder pupils join record Lantern Walk", mode="expanded", after=more,
    )

    original("nw-eel-study", "en", "2025-05-09T10:00:00Z")
    reprint("gazette-eel-study", "nw-eel-study", "2025-05-10T06:00:00Z", "The eels that went round in circles")
    reprint(
        "sweep-eel-study", "nw-eel-study", "2025-05-09T10:40:00Z", mode="abridged", keep=3,
        after="(Northwire)", credited=True,
    )

    # Independent accounts of one event.
    original("courier-school-budget", "en", "2025-05-13T22:50:00Z", "independent", "school-budget")
    original("herald-school-budget", "en", "2025-05-14T08:20:00Z", "independent", "school-budget")
    original("gazette-school-budget", "en", "2025-05-14T11:00:00Z", "independent", "school-budget")
    original("nw-tarn-flood", "en", "2025-05-18T19:05:00Z", "independent", "tarn-flood")
    original("herald-tarn-flood", "en", "2025-05-19T06:10:00Z", "independent", "tarn-flood")

    template(
        "fell-gate", "2025-05-05T09:00:00Z", town="Fell Gate", sum="12,500",
        purpose="mend the roof of the reading room", leader="Parish clerk Dot Harker", month="July",
    )
    template(
        "nether-moss", "2025-05-05T09:05:00Z", "herald-grant-fell-gate", town="Nether Moss", sum="8,200",
        purpose="lay a path to the cricket ground", leader="Captain Vikram Sleight", month="September",
    )
    template(
        "stonebeck", "2025-05-08T09:00:00Z", "herald-grant-fell-gate", town="Stonebeck", sum="31,000",
        purpose="clear the mill pond of silt", leader="Angling secretary Joan Petty", month="August",
    )

    # Repeats inside an article.
    double_capture("courier-swim-club", "en", "2025-05-15T15:30:00Z")
    heading_echo("herald-bypass", "en", "2025-05-13T09:00:00Z", "What happens next")
    lead_echo(
        "sweep-robot-lighthouse", "en", "2025-05-12", "By Kit Lowther | Technology | 3 min read"
    )
    labels("courier-water-works", "en", "2025-05-16T13:00:00Z", "Impact:")
    pull_quote(
        "herald-last-baker", "en", "2025-05-17T07:30:00Z",
        "“A town that buys its bread from a lorry will forget how to say good morning,”", 2,
    )

    # Passages in articles that are otherwise the outlet's own.
    add(
        "notes/harbour-letter.txt", "en", None, None,
        ["\n\n".join(paragraphs(texts.HARBOUR_LETTER, "en"))], "original",
    )
    excerpt(
        "courier-harbour-history", "notes/harbour-letter.txt", 2, "2025-05-09T08:00:00Z", credited=True
    )
    original("nw-election", "en", "2025-05-16T13:30:00Z")
    excerpt("gazette-bee-mayor", "nw-election", 2, "2025-05-19T06:00:00Z")
    excerpt("herald-moor-road", "courier-hospital", 1, "2025-05-20T07:15:00Z", credited=True)

    for id, when in {
        "nw-copper-mine": "2025-05-08T12:10:00Z",
        "nw-grain-price": "2025-05-12T16:50:00Z",
        "courier-lifeboat-dog": "2025-05-05T10:30:00Z",
        "courier-chess-ferry": "2025-05-14T09:45:00Z",
        "courier-football": "2025-05-10T18:05:00Z",
        "gazette-weir": "2025-05-07T06:00:00Z",
        "gazette-mill-clock": None,
        "gazette-allotments": "2025-05-15",
        "herald-band-contest": "2025-05-12",
        "herald-stargazing": "2025-05-20T10:00:00Z",
        "sweep-umbrella": "2025-05-09T13:00:00Z",
    }.items():
        original(id, "en", when)


def spanish():
    original("nw-es-embalse", "es", "2025-05-13 10:05:00")
    reprint(
        "diario-embalse", "nw-es-embalse", "2025-05-13 11:30:00",
        "Peñarrubia, al 19 %: habrá riego solo tres noches por semana", dateline=True, credited=True,
    )
    reprint(
        "voz-embalse", "nw-es-embalse", "2025-05-13 18:00:00", "La sequía obliga a racionar el riego",
        edits=[("pidió a los", "reclamó a los"), ("Decenas de curiosos", "Docenas de curiosos")],
    )
    reprint(
        "sweep-es-embalse", "nw-es-embalse", "2025-05-13 10:25:00",
        after="(Fuente: northwire.example)", credited=True,
    )

    original("diario-derbi", "es", "2025-05-12 10:30:00")
    reprint(
        "voz-derbi", "diario-derbi", "2025-05-12 15:10:00", "Derrota cruel del Ribera", mode="abridged",
        keep=3, after="Publicado originalmente en el Diario de Valdehierro.", credited=True,
    )

    original("voz-queso", "es", "2025-05-11 21:00:00")
    excerpt("diario-turismo", "voz-queso", 1, "2025-05-16 09:00:00")
    original("nw-es-cooperativa", "es", "2025-05-15 22:40:00")
    excerpt("voz-apagones", "nw-es-cooperativa", 1, "2025-05-21 08:15:00", credited=True)

    double_capture("voz-biblioteca", "es", "2025-05-08 12:00:00", skip=1)
    lead_echo("diario-puente", "es", "2025-05-09 19:20:00", "Redacción | Valdehierro | 9 de mayo de 2025")
    pull_quote(
        "voz-maestra", "es", "2025-05-12 17:45:00",
        "«Yo hablaba a una pared encalada y la pared, semanas después, me devolvía las cartas de los niños»",
        4,
    )

    for id, when in {
        "diario-observatorio": "2025-05-14 08:00:00",
        "diario-tranvia": "2025-05-06",
        "diario-panaderos": "2025-05-19 07:30:00",
        "voz-coro": "2025-05-18 11:00:00",
        "voz-huelga-basura": "2025-05-15 09:10:00",
    }.items():
        original(id, "es", when)


def japanese():
    original("nw-ja-ferry", "ja", "2025-05-13T00:10:00Z")
    reprint(
        "minato-ferry", "nw-ja-ferry", "2025-05-13T01:05:00Z", "かもめ丸が欠航、漁船で薬を輸送へ",
        dateline=True, credited=True,
    )
    reprint(
        "kitayama-ferry", "nw-ja-ferry", "2025-05-13T08:30:00Z", "離島の足止まる 再開は十五日以降",
        edits=[("取りやめた", "見合わせた"), ("見通しだ", "見込みだ")],
    )

    original("minato-fireworks", "ja", "2025-05-09T05:00:00Z")
    reprint(
        "sweep-ja-fireworks", "minato-fireworks", "2025-05-09T05:45:00Z",
        after="（出典：minato-shimbun.example）", credited=True,
    )
    reprint(
        "kitayama-fireworks", "minato-fireworks", "2025-05-10", "潮見川花火、今夏は五千発",
        mode="abridged", keep=2,
    )

    original("minato-heavy-rain", "ja", "2025-05-18T03:20:00Z", "independent", "akaishi-rain")
    original("kitayama-heavy-rain", "ja", "2025-05-20T06:00:00Z", "independent", "akaishi-rain")

    double_capture("minato-library", "ja", "2025-05-10T07:00:00Z")
    heading_echo("kitayama-bus", "ja", "2025-05-12T04:00:00Z", "主な変更点")

    original("kitayama-clinic", "ja", "2025-05-08T06:30:00Z")
    excerpt("minato-doctor-shortage", "kitayama-clinic", 1, "2025-05-15T02:00:00Z")
    original("nw-ja-owl", "ja", "2025-05-08T09:00:00Z")
    excerpt("kitayama-ranch", "nw-ja-owl", 1, "2025-05-16T06:10:00Z", credited=True)

    for id, when in {
        "minato-auction": "2025-05-08",
        "minato-school-lunch": "2025-05-13T05:30:00Z",
        "kitayama-soba": "2025-05-19T06:00:00Z",
        "kitayama-baseball": "2025-05-06T09:40:00Z",
        "kitayama-snow-tunnel": "2025-05-07T00:00:00Z",
    }.items():
        original(id, "ja", when)


# --- writing -------------------------------------------------------------------------------------


def record(article):
    """The article as its producer would write it: the field names differ from file to file."""
    slug = article.id.split("-", 1)[1]
    slug = slug.removeprefix("es-").removeprefix("ja-")
    host = HOST.get((article.outlet, article.language), "www." + article.outlet)
    date = (article.when or "2025-05")[:7].replace("-", "/")
    url = f"https://{host}/{date}/{slug}"
    if article.language == "en":
        fields = {
            "id": article.id,
            "outlet": article.outlet,
            "published_at": article.when,
            "url": url,
            "title": article.title,
            "text": article.text,
        }
    elif article.language == "es":
        fields = {
            "id": article.id,
            "date_publish": article.when,
            "maintext": article.text,
            "source_domain": article.outlet,
            "title": article.title,
            "url": url,
        }
    else:
        fields = {
            "id": article.id,
            "url": url,
            "date": article.when,
            "title": article.title,
            "text": article.text,
        }
    return {name: value for name, value in fields.items() if value is not None}


def truth(article):
    return {
        "id": article.id,
        "language": article.language,
        "outlet": article.outlet,
        "family": article.family,
        "parent": article.parent,
        "mode": article.mode,
        "event": article.event,
        "credited": article.credited,
        "passages": article.passages,
        "repeats": article.repeats,
        "boilerplate": article.boilerplate,
    }


def lines(rows):
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def files():
    """Path under this folder -> content. Records are in the order of their ids, not of time."""
    in_order = [ARTICLES[id] for id in sorted(ARTICLES)]
    result = {"truth.jsonl": lines(truth(article) for article in in_order)}
    for language, name in (("en", "english"), ("es", "spanish"), ("ja", "japanese")):
        result[f"archive/{name}.jsonl"] = lines(
            record(article)
            for article in in_order
            if article.language == language and not article.id.endswith(".txt")
        )
    letter = ARTICLES["notes/harbour-letter.txt"]
    result["archive/" + letter.id] = letter.text + "\n"
    return result


# --- checking ------------------------------------------------------------------------------------


def read_back():
    """id -> text, and the truth rows, from the files on disk."""
    found = {}
    for path in sorted((HERE / "archive").glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            assert row["id"] not in found, f"id twice: {row['id']}"
            found[row["id"]] = row.get("text") or row["maintext"]
    for path in sorted((HERE / "archive" / "notes").glob("*.txt")):
        found["notes/" + path.name] = path.read_text(encoding="utf-8")
    rows = [json.loads(l) for l in (HERE / "truth.jsonl").read_text(encoding="utf-8").splitlines()]
    return found, rows


def grams(text, language, n):
    spans = tokens(text, language)
    folded = [text[b:e].casefold() for b, e in spans]
    return [tuple(folded[i : i + n]) for i in range(len(folded) - n + 1)]


def check():
    for name, content in files().items():
        assert (HERE / name).read_bytes() == content.encode("utf-8"), f"{name} is not what this script writes"
    found, rows = read_back()
    by_id = {row["id"]: row for row in rows}
    assert len(by_id) == len(rows) and set(by_id) == set(found), "truth and archive name different articles"

    def cut(id, span):
        assert 0 <= span[0] < span[1] <= len(found[id]), (id, span)
        return found[id][span[0] : span[1]]

    shingles = {row["id"]: set(grams(found[row["id"]], row["language"], 5)) for row in rows}

    def jaccard(a, b):
        return len(shingles[a] & shingles[b]) / len(shingles[a] | shingles[b])

    def containment(a, b):
        return len(shingles[a] & shingles[b]) / len(shingles[a])

    for row in rows:
        id, language, parent, mode = row["id"], row["language"], row["parent"], row["mode"]
        text = found[id]

        # Lengths, times.
        size = len(text) if language == "ja" else len(tokens(text, language))
        low, high = (150, 450) if language == "ja" else (60, 220)
        assert low <= size <= high, f"{id}: {size} not in {low}..{high}"
        assert text == "\n".join(line.strip() for line in text.split("\n")), f"{id}: blanks at a line's edge"
        if parent and ARTICLES[id].when and ARTICLES[parent].when:
            mine, theirs = ARTICLES[id].when, ARTICLES[parent].when
            shorter = min(len(mine), len(theirs))
            assert mine[:shorter] >= theirs[:shorter], f"{id} is older than its source"

        # Every span cuts what it says.
        for passage in row["passages"]:
            source = passage["source"]
            copied = cut(id, passage["target_chars"])
            assert copied == cut(source, passage["source_chars"]), f"{id}: passage differs from {source}"
        for twin in row["repeats"]:
            first, again = twin["first_chars"], twin["again_chars"]
            assert cut(id, first) == cut(id, again) and first[1] <= again[0], f"{id}: repeat"
        for span in row["boilerplate"]:
            assert cut(id, span) == texts.GAZETTE_FOOTER and words(cut(id, span), "en") >= 20

        # Modes.
        if mode == "reprint":
            assert jaccard(id, parent) >= 0.8, f"{id}: resemblance {jaccard(id, parent):.3f}"
            assert row["outlet"] != by_id[parent]["outlet"]
        elif mode == "abridged":
            assert containment(id, parent) >= 0.9, f"{id}: containment {containment(id, parent):.3f}"
            kept = sum(p["target_chars"][1] - p["target_chars"][0] for p in row["passages"])
            assert 0.5 <= kept / len(found[parent]) <= 0.7, f"{id}: keeps {kept / len(found[parent]):.2f}"
        elif mode == "expanded":
            assert containment(parent, id) >= 0.9 and len(text) >= 1.3 * len(found[parent]), id
        elif mode == "excerpt":
            (passage,) = row["passages"]
            copied = cut(id, passage["target_chars"])
            assert len(copied) >= 45 if language == "ja" else words(copied, language) >= 20, id
            assert jaccard(id, parent) < 0.4 and row["outlet"] != by_id[parent]["outlet"], id
        elif mode == "template" and parent:
            assert jaccard(id, parent) < 0.8 and row["outlet"] == by_id[parent]["outlet"], id
        if row["family"] != id:
            assert by_id[row["family"]]["family"] == row["family"] == by_id[parent]["family"], id

        # Nothing stands twice in an article but what is planted.
        own = text
        for twin in row["repeats"]:
            begin, end = twin["again_chars"]
            own = own[:begin] + "\0" * (end - begin) + own[end:]
        n = 12 if language == "ja" else 8
        twice = [g for g, count in Counter(grams(own, language, n)).items() if count > 1]
        assert not twice, f"{id}: {twice[0]} twice"

    # Articles that no copy joins share nothing but the footer.
    root = {id: id for id in by_id}

    def top(id):
        while root[id] != id:
            id = root[id]
        return id

    for row in rows:
        if row["parent"]:
            root[top(row["id"])] = top(row["parent"])
    footer = {g for n in (5, 8) for g in grams(texts.GAZETTE_FOOTER, "en", n)}
    long_grams = {
        row["id"]: set(grams(found[row["id"]], row["language"], 12 if row["language"] == "ja" else 8))
        for row in rows
    }
    bare = {
        id: shingles[id] - footer for id in shingles
    }  # without the footer, which two articles of its outlet may share
    for a, b in itertools.combinations(sorted(by_id), 2):
        if top(a) == top(b):
            continue
        resemblance = len(bare[a] & bare[b]) / len(bare[a] | bare[b])
        assert resemblance < 0.1, f"{a}, {b}: resemblance {resemblance:.3f}"
        if by_id[a]["event"] and by_id[a]["event"] == by_id[b]["event"]:
            assert jaccard(a, b) < 0.1, (a, b)
        shared = {g for g in long_grams[a] & long_grams[b] if g not in footer}
        assert not shared, f"{a}, {b} share {sorted(shared)[0]}"

    return found, rows, jaccard, containment


def report(found, rows, jaccard, containment):
    outlets = Counter(row["outlet"] for row in rows)
    print(f"{len(rows)} articles, {len(outlets) - (None in outlets)} outlets, languages "
          f"{dict(sorted(Counter(r['language'] for r in rows).items()))}")
    print("modes", dict(sorted(Counter(r["mode"] for r in rows).items())))
    for row in rows:
        if row["parent"]:
            passages = sum(p["target_chars"][1] - p["target_chars"][0] for p in row["passages"])
            print(
                f"  {row['mode']:9} {row['id']} <- {row['parent']}: resemblance "
                f"{jaccard(row['id'], row['parent']):.3f}, containment {containment(row['id'], row['parent']):.3f}, "
                f"{passages} characters copied{', credited' if row['credited'] else ''}"
            )
    for row in rows:
        for twin in row["repeats"]:
            print(f"  {twin['kind']:14} {row['id']} {twin['first_chars']} {twin['again_chars']}")


def main():
    if sys.argv[1:] not in ([], ["--check"]):
        sys.exit(__doc__)
    english()
    spanish()
    japanese()
    if not sys.argv[1:]:
        for name, content in files().items():
            path = HERE / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode("utf-8"))
    report(*check())
    print("check: passed")


if __name__ == "__main__":
    main()
