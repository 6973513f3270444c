"""Who cannot be told from the best."""

from datetime import UTC, datetime

from mms.domain.models import ModelState, RankedModel
from mms.domain.snapshots import FoldKind, FoldPlan
from mms.domain.ties import tied_with_best

THEN = datetime(2026, 1, 1, tzinfo=UTC)
DEALT = FoldPlan(FoldKind.STRATIFIED)


def model(model_id: int, score: float, sd: float = 0.1, snapshot_id: int = 1) -> RankedModel:
    """A row of the model table."""
    return RankedModel(
        model_id, 1, model_id, 1, snapshot_id, "ridge", "plain", {}, ModelState.CANDIDATE,
        score, sd, 1, 1, "ada", THEN, THEN,
    )  # fmt: skip


def test_models_within_the_corrected_half_width_of_the_best_are_tied() -> None:
    best, near, far = model(1, 0.5), model(2, 0.46), model(3, 0.45)

    assert tied_with_best([far, near, best], DEALT) == [best, near]  # ± 0.1 * sqrt(1/12 + 1/11) = 0.042


def test_folds_by_time_leave_more_in_doubt_because_their_training_sets_are_smaller() -> None:
    best, near, far = model(1, 0.5), model(2, 0.46), model(3, 0.452)

    assert tied_with_best([best, near, far], FoldPlan(FoldKind.BY_TIME)) == [best, near, far]  # ± 0.049


def test_a_model_on_another_snapshot_is_never_tied() -> None:
    best, foreign = model(1, 0.5), model(2, 0.499, snapshot_id=2)

    assert tied_with_best([best, foreign], DEALT) == [best]


def test_without_models_nobody_is_tied() -> None:
    assert tied_with_best([], DEALT) == []
