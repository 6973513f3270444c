"""What a model's record keeps as JSON comes back as it was."""

import json
from datetime import UTC, datetime

from mms.domain.buckets import Sums
from mms.domain.models import Holdout, ModelPage, Signature
from mms.domain.tables import Column, ColumnType


def test_a_signature_survives_json() -> None:
    inputs = (Column("distance", ColumnType.NUMBER), Column("carrier", ColumnType.CATEGORY))
    signature = Signature(inputs, ("false", "true"), {"distance": 733.0, "carrier": "UA"}, probability=False)

    assert Signature.from_json(json.loads(json.dumps(signature.to_json()))) == signature


def test_a_hold_out_survives_json() -> None:
    sums = Sums(10, 9, {("true", "false"): 4, ("true", "true"): 5}, {("true", 199): 5})
    holdout = Holdout(datetime(2013, 2, 1, tzinfo=UTC), datetime(2013, 3, 1, tzinfo=UTC), sums)

    assert Holdout.from_json(json.loads(json.dumps(holdout.to_json()))) == holdout


def test_a_capped_count_says_so() -> None:
    assert ModelPage((), None, 37, capped=False).total_words == "37"
    assert ModelPage((), None, 1000, capped=True).total_words == "1,000+"
