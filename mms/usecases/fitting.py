"""The work of a run: folds, final fits, models, and the judgement of a retraining."""

from mms.usecases.jobs import JobContext


def fit_run(context: JobContext) -> None:
    """Fit every unfinished fold of every triple, then the whole snapshot; persist, load, predict; then it is a model.

    A triple that fails keeps its error; the run goes on. A retraining takes its snapshot first and ends by scoring the
    seated champion and the new models on the same newest rows, which none of the scored fits saw.
    """
    raise NotImplementedError
