"""Who may call what: one line for each operation of the API, by its operation id.

Operators may call everything. An operation that stands here in no line is for operators only; a test finds it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from app.access.caller import Scope


@dataclass(frozen=True, slots=True)
class Rule:
    """Who else than operators may call an operation.

    Attributes:
        public: everybody, without showing anything.
        scope: services whose key has this scope. Of those in POWERS, people's tokens have to have it too.
        own_user: people, for themselves.
        audited: whether it leaves a line in the audit log when an operator calls it.
    """

    public: bool = False
    scope: Scope | None = None
    own_user: bool = False
    audited: bool = True


PUBLIC: Final = Rule(public=True, audited=False)
OPERATORS: Final = Rule()
OWN_USER: Final = Rule(own_user=True)

RULES: Final[Mapping[str, Rule]] = {
    "recommend": Rule(scope=Scope.RECOMMEND, own_user=True, audited=False),
    "recommend_by_post": Rule(scope=Scope.RECOMMEND, own_user=True, audited=False),
    "recommend_batch": Rule(scope=Scope.RECOMMEND, audited=False),
    "recommend_page": Rule(scope=Scope.RECOMMEND, own_user=True, audited=False),
    "similar": Rule(scope=Scope.SIMILAR, own_user=True, audited=False),
    "similar_by_post": Rule(scope=Scope.SIMILAR, own_user=True, audited=False),
    "ingest_events": Rule(scope=Scope.EVENTS, own_user=True, audited=False),
    "upsert_items": Rule(scope=Scope.ITEMS),
    "get_item": Rule(scope=Scope.ITEMS, own_user=True, audited=False),
    "delete_item": Rule(scope=Scope.ITEMS),
    "list_items": Rule(scope=Scope.ITEMS, audited=False),
    "patch_item": Rule(scope=Scope.ITEMS),
    "delete_items": Rule(scope=Scope.ITEMS),
    "popular": Rule(scope=Scope.RECOMMEND, own_user=True, audited=False),
    "trending": Rule(scope=Scope.RECOMMEND, own_user=True, audited=False),
    "together": Rule(scope=Scope.RECOMMEND, own_user=True, audited=False),
    "list_tags": Rule(scope=Scope.RECOMMEND, own_user=True, audited=False),
    "list_topics": Rule(scope=Scope.RECOMMEND, own_user=True, audited=False),
    "issue_token": Rule(scope=Scope.TOKENS),
    "get_profile": OWN_USER,
    "patch_profile": OWN_USER,
    "reset_embedding": OWN_USER,
    "erase_user": Rule(scope=Scope.ERASE, own_user=True),
    "return_user": Rule(scope=Scope.TOKENS, own_user=True),
    "switch_personalization": OWN_USER,
    "state_interest": OWN_USER,
    "remove_interest": OWN_USER,
    "ignore_event": OWN_USER,
    "undo_reset": OWN_USER,
    "export_user": Rule(scope=Scope.EXPORT, own_user=True),
    "get_controls": OWN_USER,
    "merge_user": Rule(scope=Scope.TOKENS),
    "item_changes": OPERATORS,
    "awaited_items": OPERATORS,
    "training_events": OPERATORS,
    "similar_people": OPERATORS,
    "metrics_report": OPERATORS,
    "prometheus": Rule(scope=Scope.METRICS, audited=False),
    "list_alerts": OPERATORS,
    "acknowledge_alert": OPERATORS,
    "list_webhooks": Rule(audited=False),
    "resend_webhook": OPERATORS,
    "list_policies": OPERATORS,
    "add_policy": OPERATORS,
    "activate_policy": OPERATORS,
    "release_policy": OPERATORS,
    "list_personalization_switches": Rule(audited=False),
    "switch_personalization_off": OPERATORS,
    "switch_personalization_on": OPERATORS,
    "list_snapshots": OPERATORS,
    "activate_snapshot": OPERATORS,
    "list_experiments": Rule(audited=False),
    "add_experiment": OPERATORS,
    "start_experiment": OPERATORS,
    "stop_experiment": OPERATORS,
    "compare_experiment": Rule(audited=False),
    "plan_experiment": Rule(audited=False),
    "estimate_policy": Rule(audited=False),
    "make_audit": OPERATORS,
    "list_audits": Rule(audited=False),
    "get_audit": Rule(audited=False),
    "inspect_slate": OPERATORS,
    "try_settings": Rule(audited=False),
    "catalogue_map": Rule(audited=False),
    "rejected_rows": Rule(audited=False),
    "service_status": Rule(scope=Scope.METRICS, audited=False),
    "transparency": PUBLIC,
    "for_you": PUBLIC,
    "console": PUBLIC,
    "my_profile": PUBLIC,
    "static_file": PUBLIC,
    "get_session": PUBLIC,
    "sign_in": PUBLIC,
    "sign_out": PUBLIC,
    "draw_plot": Rule(own_user=True, audited=False),
    "docs": PUBLIC,
    "livez": PUBLIC,
    "readyz": PUBLIC,
}
