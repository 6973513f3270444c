"""Ties: models that the folds cannot tell from the best."""

from collections.abc import Sequence

from mms.domain.models import RankedModel
from mms.domain.scores import corrected_half_width
from mms.domain.snapshots import FoldPlan


def tied_with_best(models: Sequence[RankedModel], plan: FoldPlan) -> list[RankedModel]:
    """The best model and those within its corrected "±", best first.

    Only models on the best one's snapshot are judged, because only they share its folds. Empty without models.
    """
    ranked = sorted(models, key=lambda model: (-model.score, model.id))
    if not ranked:
        return []
    best = ranked[0]
    reach = corrected_half_width(best.score_sd, plan.folds, plan.train_share)
    return [m for m in ranked if m.snapshot_id == best.snapshot_id and best.score - m.score <= reach]
