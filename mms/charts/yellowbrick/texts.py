"""Pictures of a snapshot's column of texts: its words, how they go together, which texts are alike."""

import re
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

from mms.charts.theme import OKABE_ITO
from mms.charts.yellowbrick.canvas import Canvas, Drawer
from mms.charts.yellowbrick.compatibility import visualizer
from mms.charts.yellowbrick.features import EMBEDDED, every
from mms.charts.yellowbrick.finish import colours, finished, need_rows
from mms.charts.yellowbrick.sample import Sample, short
from mms.domain.errors import Invalid
from mms.domain.pictures import PictureKind

FREQUENT = 30
"""Words of which the frequency is drawn."""

TELLING = 12
"""Words of which the places and the company are drawn: the most frequent of those in no more than half the texts."""

TAGGED = 0.9
"""A column is of tagged texts where this share of its tokens ends in a tag: dog/NN, or dog_NOUN."""

_STOP = "english"
_UNIVERSAL = re.compile(r"NOUN|PROPN|ADJ|VERB|AUX|ADV|PART|ADP|PRON|[CS]CONJ|PUNCT|DET|NUM|INTJ|SYM|X|SPACE")
_PENN = re.compile(
    r"CC|CD|DT|EX|FW|IN|JJ[RS]?|LS|MD|NNP?S?|PDT|POS|PRP\$?|RB[RS]?|RP|SYM|TO|UH|VB[DGNPZ]?|WDT|WP\$?|WRB|[.:,()#$]|``|''"
)
_MENDED = {"PDT": "DT", "SCONJ": "CCONJ", "AUX": "VERB"}
"""Tags that Yellowbrick takes for none."""

_TOKEN = re.compile(r"\S+[/_]([A-Z$.:,`'()#]+)")


def _counted(texts: Sequence[str], **options: Any) -> tuple[Any, np.ndarray]:
    """(texts, words) counts without English stop words, and the words. Invalid where there are none."""
    vectorizer = CountVectorizer(stop_words=_STOP, **options)
    try:
        counts = vectorizer.fit_transform(texts)
    except ValueError as error:
        raise Invalid("Its texts hold no words but the most common ones of English.") from error
    return counts, vectorizer.get_feature_names_out()


def _read(sample: Sample) -> tuple[str, ...]:
    if sample.text is None:
        raise Invalid("There is no column of texts.")
    return sample.texts


def telling_words(texts: Sequence[str]) -> list[str]:
    """The most frequent words of those that occur in no more than half the texts, by how many texts hold them."""
    counts, words = _counted(texts, binary=True)
    held = np.asarray(counts.sum(axis=0)).ravel()
    told = np.flatnonzero(held <= len(texts) / 2)
    return [str(words[i]) for i in told[np.argsort(-held[told], kind="stable")[:TELLING]]]


def _frequency(sample: Sample, canvas: Canvas) -> Any:
    counts, words = _counted(_read(sample))
    shown = min(FREQUENT, len(words))
    made = visualizer("text", "FreqDistVisualizer")
    drawn = made(list(words), ax=canvas.axes, fig=canvas.figure, n=shown, color=OKABE_ITO[0])
    drawn.fit(counts)
    finished(drawn, canvas, f"The most frequent words of '{short(str(sample.text))}'", sample)
    (box,) = canvas.axes.texts
    box.remove()  # it lies on the bars
    canvas.axes.set_xlabel(
        f"times, of {drawn.words_:,} words without the most common of English;\n"
        f"{drawn.vocab_:,} different ones, {drawn.hapaxes_:,} of them once"
    )
    return drawn


def _tsne(sample: Sample, canvas: Canvas) -> Any:
    matrix, groups = _weighed(sample)
    drawn = visualizer("text", "TSNEVisualizer")(
        **_of_groups(sample, groups, canvas), random_state=0, decompose_by=min(50, min(matrix.shape) - 1),
        perplexity=min(30.0, (matrix.shape[0] - 1) / 3),
    )  # fmt: skip
    drawn.fit(matrix, groups)
    return finished(drawn, canvas, f"{matrix.shape[0]:,} texts; those that are alike lie together", sample, legend=True)


def _umap(sample: Sample, canvas: Canvas) -> Any:
    if find_spec("umap") is None:
        raise Invalid("UMAP needs the package umap-learn, which is not installed here; t-SNE answers much the same.")
    matrix, groups = _weighed(sample)
    drawn = visualizer("text", "UMAPVisualizer")(
        **_of_groups(sample, groups, canvas), random_state=0, n_neighbors=min(15, matrix.shape[0] - 1)
    )
    drawn.fit(matrix, groups)
    return finished(drawn, canvas, f"{matrix.shape[0]:,} texts, near and far (UMAP)", sample, legend=True)


def _weighed(sample: Sample) -> tuple[Any, np.ndarray]:
    """(texts, words) tf-idf of at most EMBEDDED texts, and their groups."""
    texts = _read(sample)
    need_rows(sample, 30)
    some = every(sample, EMBEDDED)
    try:
        matrix = TfidfVectorizer(stop_words=_STOP).fit_transform([texts[i] for i in some])
    except ValueError as error:
        raise Invalid("Its texts hold no words but the most common ones of English.") from error
    if matrix.shape[1] < 3:
        raise Invalid(f"Its texts hold {matrix.shape[1]} different words only.")
    return matrix, sample.groups[some]


def _of_groups(sample: Sample, groups: np.ndarray, canvas: Canvas) -> dict[str, Any]:
    present = np.unique(groups)
    told, names = colours(sample), sample.names
    return {
        "ax": canvas.axes,
        "fig": canvas.figure,
        "labels": [names[i] for i in present],
        "colors": [told[i] for i in present],
    }


def _dispersion(sample: Sample, canvas: Canvas) -> Any:
    texts = _read(sample)
    split = CountVectorizer().build_tokenizer()
    words = _some_words(texts, 1)
    made = visualizer("text", "DispersionPlot")
    drawn = made(words, **_of_groups(sample, sample.groups, canvas))
    drawn.fit([split(text.lower()) for text in texts], sample.groups)
    finished(drawn, canvas, "Where words occur, from the first text to the last", sample, legend=True)
    canvas.axes.set_xlabel("word, counted through all texts")
    return drawn


def _correlation(sample: Sample, canvas: Canvas) -> Any:
    texts = _read(sample)
    words = _some_words(texts, 2)
    made = visualizer("text", "WordCorrelationPlot")
    drawn = made(words, ignore_case=True, ax=canvas.axes, fig=canvas.figure, fontsize=7)
    drawn.fit(texts)
    return finished(drawn, canvas, "Words that occur in the same texts (phi)", sample)


def _some_words(texts: Sequence[str], count: int) -> list[str]:
    words = telling_words(texts)
    if len(words) < count:
        raise Invalid(f"It takes {count} words that are in no more than half the texts; there are {len(words)}.")
    return words


def _parts_of_speech(sample: Sample, canvas: Canvas) -> Any:
    tagset, tags = _tags(_read(sample))
    made = visualizer("text.postag", "PosTagVisualizer")
    drawn = made(ax=canvas.axes, fig=canvas.figure, tagset=tagset, frequency=True, colors=[OKABE_ITO[0]])
    drawn.fit([[[("", _MENDED.get(tag, tag)) for tag in text]] for text in tags])
    return finished(drawn, canvas, f"Parts of speech of {sum(map(len, tags)):,} words", sample)


def _tags(texts: Sequence[str]) -> tuple[str, list[list[str]]]:
    """Which set of tags the texts bear, and the tags of each text. Invalid where they bear none."""
    found = [[match[1] if (match := _TOKEN.fullmatch(token)) else "" for token in text.split()] for text in texts]
    every_tag = [tag for text in found for tag in text]
    for name, known in (("universal", _UNIVERSAL), ("penn_treebank", _PENN)):
        if every_tag and np.mean([bool(known.fullmatch(tag)) for tag in every_tag]) >= TAGGED:
            return name, [[tag for tag in text if known.fullmatch(tag)] for text in found]
    raise Invalid(
        "Its texts bear no tags, and no tagger is installed: a column of texts such as 'dogs/NNS bark/VBP' is drawn."
    )


DRAWERS: Mapping[PictureKind, Drawer] = {
    PictureKind.TOKEN_FREQUENCY: _frequency,
    PictureKind.TSNE: _tsne,
    PictureKind.UMAP: _umap,
    PictureKind.WORD_DISPERSION: _dispersion,
    PictureKind.WORD_CORRELATION: _correlation,
    PictureKind.PART_OF_SPEECH: _parts_of_speech,
}
