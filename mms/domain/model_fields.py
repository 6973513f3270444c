"""What models are filtered and sorted by, and what their table shows: the fields, with types, words and examples."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum

from mms.domain.errors import Invalid
from mms.domain.models import ModelState
from mms.domain.projects import Task
from mms.domain.scores import METRICS, Metric, metrics_of


class Kind(StrEnum):
    """What a field holds, and so what it is compared with."""

    NUMBER = "number"
    WHOLE = "whole number"
    TEXT = "text"
    TIME = "time"
    TAGS = "tags"
    PARAMETER = "number or text"
    ANY_TEXT = "any text"


class Part(StrEnum):
    """Which number of a metric over the folds."""

    MEAN = "mean"
    SD = "sd"
    MIN = "min"
    MAX = "max"


@dataclass(frozen=True, slots=True)
class Field:
    """One thing a model has. example: a whole filter. descending: which way round one looks at it first.

    metric, part: of a score, in natural units: `log_loss.min` is the least loss of a fold.
    """

    name: str
    kind: Kind
    label: str
    explanation: str
    example: str
    descending: bool = False
    choices: tuple[str, ...] = ()
    metric: str | None = None
    part: Part = Part.MEAN

    @property
    def parameter(self) -> str | None:
        """The name of the hyperparameter that this field is, or None."""
        return self.name.removeprefix(PARAMETER) if self.kind is Kind.PARAMETER else None

    @property
    def title(self) -> str:
        """The label; a hyperparameter is told from what else bears its name."""
        return f"{self.label} (hyperparameter)" if self.parameter else self.label

    @property
    def sorts(self) -> bool:
        """Whether models can be put in order by it."""
        return self.kind not in (Kind.TAGS, Kind.ANY_TEXT)


PARAMETER = "param."
"""What stands before the name of a hyperparameter."""

_STATES = tuple(state.value for state in ModelState)

_OTHERS = (
    Field("algorithm", Kind.TEXT, "Model", "the algorithm of the triple", "algorithm = 'svc'"),
    Field("recipe", Kind.TEXT, "Recipe", "the feature pipeline of the triple", "recipe = 'standard'"),
    Field("state", Kind.TEXT, "State", "where the model stands", "state = 'champion'", choices=_STATES),
    Field("tag", Kind.TAGS, "Tags", "words that members gave to the model", "tag IN ('prod')"),
    Field("owner", Kind.TEXT, "Owner", "who looks after the model", "owner = 'ada'"),
    Field("version", Kind.WHOLE, "Version", "the model's number in its project", "version >= 12", descending=True),
    Field("id", Kind.WHOLE, "ID", "the model's number in the store", "id = 12", descending=True),
    Field("snapshot", Kind.WHOLE, "Snapshot", "number of the snapshot it learnt from", "snapshot = 3", descending=True),
    Field("run", Kind.WHOLE, "Run", "number of the run it came from", "run = 12", descending=True),
    Field("scope", Kind.TEXT, "Scope", "whose rows it learnt from; 'global' is all rows", "scope = 'global'"),
    Field("build_seconds", Kind.NUMBER, "Build time", "seconds of the final fit", "build_seconds < 2.5"),
    Field("size", Kind.WHOLE, "Artifact", "bytes of the persisted model", "size < 1000000"),
    Field("age", Kind.NUMBER, "Age", "days since it was made", "age < 7"),
    Field("created", Kind.TIME, "Created", "when it was made, UTC", "created >= 2026-03-01", descending=True),
    Field("touched", Kind.TIME, "Last touched", "when it was last changed, UTC", "touched >= 2026-03-01", True),
    Field("archived", Kind.TIME, "Archived", "when it was archived; true or false will do", "archived = true", True),
    Field("description", Kind.TEXT, "Description", "what members wrote about it", "description ~ 'holiday'"),
    Field("threshold", Kind.NUMBER, "Threshold", "decision threshold of a binary model", "threshold IS NOT NULL"),
    Field(
        "text",
        Kind.ANY_TEXT,
        "Any text",
        "algorithm, recipe, hyperparameters, owner, description and tags",
        "text ~ 'forest'",
    ),
)

RANK = Field("rank", Kind.NUMBER, "Rank", "place by score among those of its snapshot and scope in the race", "")
"""Only to show: it depends on all other models, so in its order one puts them by their score."""

_PARTS: Mapping[Part, tuple[str, str]] = {
    Part.MEAN: ("", "mean over the folds"),
    Part.SD: (" ±", "standard deviation over the folds"),
    Part.MIN: (" min", "least of the folds"),
    Part.MAX: (" max", "greatest of the folds"),
}


def fields_of(task: Task) -> tuple[Field, ...]:
    """Every field of a task's models but the hyperparameters, which are named `param.NAME`."""
    scores = tuple(_score(metric, part) for metric in metrics_of(task) for part in Part)
    return (*scores, *_OTHERS)


def parameter_field(name: str) -> Field:
    """The field of a hyperparameter."""
    text = written_name(f"{PARAMETER}{name}")
    return Field(f"{PARAMETER}{name}", Kind.PARAMETER, name, "hyperparameter of the triple", f"{text} >= 1")


def field_named(name: str, task: Task, parameters: Collection[str] | None = None) -> Field:
    """The field of this name; Invalid names the nearest one. parameters: names that there are, None takes any."""
    if name.lower().startswith(PARAMETER):
        parameter = name[len(PARAMETER) :]
        if parameters is None or parameter in parameters:
            return parameter_field(parameter)
        known = {one.lower(): f"{PARAMETER}{one}" for one in parameters}
        raise Invalid(f"no model has the hyperparameter '{parameter}'{_nearest(parameter, known)}")
    fields = {field.name: field for field in fields_of(task)}
    if name.lower() in fields:
        return fields[name.lower()]
    raise Invalid(f"models have no field '{name}'{_nearest(name, {one: one for one in fields})}")


def fields_named(names: Iterable[str], task: Task, parameters: Collection[str] | None = None) -> tuple[Field, ...]:
    """The fields of these names, each once, for a sort or for columns; Invalid where one is none, or has no value."""
    found = []
    for name in dict.fromkeys(names):
        try:
            field = field_named(name, task, parameters)
        except Invalid as error:
            raise Invalid(error.sentence[0].upper() + error.sentence[1:]) from error
        if not field.sorts:
            raise Invalid(f"'{field.name}' is only to filter by: choose another column.")
        found.append(field)
    return tuple(dict.fromkeys(found))


def columns_named(names: Sequence[str], task: Task, parameters: Collection[str] | None = None) -> tuple[Field, ...]:
    """The fields of these names, each once, for columns: those of `fields_named`, and the rank."""
    found = (RANK if name == RANK.name else fields_named([name], task, parameters)[0] for name in names)
    return tuple(dict.fromkeys(found))


def export_fields(metric: str, task: Task, asked: Sequence[Field] = ()) -> tuple[Field, ...]:
    """The columns of a file of models: what each of them has, then what was asked for beside it."""
    names = (*_EXPORTED[:5], metric, f"{metric}.sd", *_EXPORTED[5:])
    return tuple(dict.fromkeys((*(field_named(name, task) for name in names), *asked)))


_EXPORTED = (
    "id", "version", "algorithm", "recipe", "state", "build_seconds", "size", "run", "snapshot", "scope", "owner",
    "created", "touched", "archived", "threshold", "description",
)  # fmt: skip


def written_name(name: str) -> str:
    """A field's name as a filter writes it: a strange name of a hyperparameter stands in quotes."""
    parameter = name.removeprefix(PARAMETER)
    if parameter == name or (parameter.replace("_", "a").isalnum() and parameter.isascii()):
        return name
    return f"{PARAMETER}{quoted(parameter)}"


def quoted(text: str) -> str:
    """Text in single quotes, with a backslash before a quote and before a backslash."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _nearest(name: str, known: Mapping[str, str]) -> str:
    near = get_close_matches(name.lower(), known, n=1, cutoff=0)
    return f": did you mean {known[near[0]]}?" if near else "."


def _score(metric: Metric, part: Part) -> Field:
    more, words = _PARTS[part]
    name = metric.name if part is Part.MEAN else f"{metric.name}.{part.value}"
    best_is_greatest = metric.greater_is_better and part is not Part.SD
    sign, value = (">", "0.8") if best_is_greatest else ("<", "0.1")
    return Field(
        name=name,
        kind=Kind.NUMBER,
        label=f"{metric.label}{more}",
        explanation=f"{metric.explanation}; {words}; {metric.direction}",
        example=f"{name} {sign} {value}",
        descending=best_is_greatest,
        metric=metric.name,
        part=part,
    )


def natural_metric(field: Field) -> Metric:
    """The metric of a score's field; KeyError for any other field."""
    return METRICS[field.metric or ""]
