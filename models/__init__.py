"""The database tables. (The neural network is in ``nlp``.)

Every table except ``workspace`` and ``reader`` has a ``workspace_id``. Queries filter by it, except
those that work across workspaces and say so.
"""

from models.api_key import ApiKey
from models.attribute import DeclaredAttribute
from models.change import Change
from models.correction import Correction
from models.current_analysis import CurrentAnalysis
from models.feedback import Feedback
from models.idempotency import Idempotency
from models.import_job import ImportJob
from models.journey import Journey
from models.learning import LearnedProbe, Learning
from models.mention import Mention
from models.mention_vector import MentionVector
from models.pain_point import PainPoint, ThemeRefresh
from models.rollup import Rollup, RollupItem, RollupPain
from models.rollup_span import RollupItemSpan, RollupPainSpan, RollupSpan
from models.web_session import WebSession
from models.workspace import Workspace

__all__ = [
    "ApiKey",
    "Change",
    "Correction",
    "CurrentAnalysis",
    "DeclaredAttribute",
    "Feedback",
    "Idempotency",
    "ImportJob",
    "Journey",
    "LearnedProbe",
    "Learning",
    "Mention",
    "MentionVector",
    "PainPoint",
    "Rollup",
    "RollupItem",
    "RollupItemSpan",
    "RollupPain",
    "RollupPainSpan",
    "RollupSpan",
    "ThemeRefresh",
    "WebSession",
    "Workspace",
]
