"""All tables; importing this package registers them on `Base.metadata`."""

from db.models.alert import Alert, AlertChannel, AlertDelivery
from db.models.artifact import Artifact
from db.models.backtest import Backtest, BacktestFit
from db.models.base import Base
from db.models.blob import Blob, BlobChunk
from db.models.bucket import Bucket, BucketMark, FeatureBucket
from db.models.clustering import Clustering
from db.models.column_note import ColumnNote
from db.models.comment import Comment, Watch
from db.models.diagnostic import Diagnostic
from db.models.feature_table import FeatureTable
from db.models.feedback import Feedback
from db.models.instance_table import InstanceTable
from db.models.job import Job, JobLog, JobStep, Schedule
from db.models.label_request import LabelDraw, LabelRequest
from db.models.member import Member
from db.models.model import Model, ModelScore
from db.models.model_reference import ModelReference
from db.models.opening import Opening
from db.models.parameter import ModelParameter
from db.models.picture import Picture
from db.models.prediction import Prediction
from db.models.project import Project
from db.models.promotion import Promotion
from db.models.promotion_draft import PromotionDraft
from db.models.recipe import Recipe
from db.models.run import FoldResult, Run, RunTriple
from db.models.saved_view import SavedView
from db.models.segment import Segment
from db.models.snapshot import Snapshot
from db.models.snapshot_schedule import SnapshotSchedule
from db.models.snooze import Snooze
from db.models.tag import ModelTag
from db.models.trigger import Firing, Trigger
from db.models.triple import Triple

__all__ = [
    "Alert",
    "AlertChannel",
    "AlertDelivery",
    "Artifact",
    "Backtest",
    "BacktestFit",
    "Base",
    "Blob",
    "BlobChunk",
    "Bucket",
    "BucketMark",
    "Clustering",
    "ColumnNote",
    "Comment",
    "Diagnostic",
    "FeatureBucket",
    "FeatureTable",
    "Feedback",
    "Firing",
    "FoldResult",
    "InstanceTable",
    "Job",
    "JobLog",
    "JobStep",
    "LabelDraw",
    "LabelRequest",
    "Member",
    "Model",
    "ModelParameter",
    "ModelReference",
    "ModelScore",
    "ModelTag",
    "Opening",
    "Picture",
    "Prediction",
    "Project",
    "Promotion",
    "PromotionDraft",
    "Recipe",
    "Run",
    "RunTriple",
    "SavedView",
    "Schedule",
    "Segment",
    "Snapshot",
    "SnapshotSchedule",
    "Snooze",
    "Trigger",
    "Triple",
    "Watch",
]
