"""What operators try before they make a policy: one person's slate by several settings, and the slates of a sample.

Slates are drafted: they are logged as served nowhere, and no later answer follows them.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from app.errors import InvalidPayloadError
from app.insights.equity.held_out import split_of
from app.pipeline.context import Context
from app.pipeline.recommend import Answer
from app.pipeline.request import Environment
from app.requests.operators import InspectionRequest, TrialRequest
from app.requests.slates import RecommendRequest
from app.serving.engine.waiting import answered
from app.serving.policies.policies import Policies
from app.serving.policies.policy import Policy, differences
from app.serving.recommender import Recommender
from app.serving.snapshot_swap import SnapshotSwap
from app.trials.effect import Drafts, effect_of
from app.trials.inspection import inspected
from app.trials.sample import drawn


class Trials:
    """Drafts slates under the policy in force and under others like it."""

    def __init__(self, swap: SnapshotSwap, policies: Policies, recommender: Recommender) -> None:
        self._swap, self._policies, self._recommender = swap, policies, recommender

    async def inspect(self, wanted: InspectionRequest) -> dict[str, Any]:
        """One person's slate as they would be answered now, and by each of the other settings.

        Raises:
            InvalidPayloadError: the request cannot be answered, or a setting is unknown or impossible.
            SnapshotMissingError: nothing is in service yet.
        """
        asked, in_force = wanted.asked(), await asyncio.to_thread(self._policies.in_force)
        named = enumerate(wanted.alternatives)
        others = [await self._draft(overrides, f"alternatives.{place}") for place, overrides in named]
        slates = [inspected(*await self._drafted(asked)) | {"changes": {}}]
        for policy in others:
            told = inspected(*await self._drafted(asked, self._under(policy)))
            slates.append(told | {"changes": differences(in_force.values, policy.values)})
        return {"user_id": wanted.user_id, "policy": in_force.policy_id, "slates": slates}

    async def try_on_sample(self, wanted: TrialRequest) -> dict[str, Any]:
        """What settings would do to the slates of some people; requests are answered between two of them.

        Raises:
            InvalidPayloadError: a setting is unknown or impossible, or the scenario is not declared.
            SnapshotMissingError: nothing is in service yet.
        """
        in_force, policy = await asyncio.to_thread(self._policies.in_force), await self._draft(wanted.overrides)
        generation = self._swap.current
        pair = generation.environment, self._under(policy)
        drafts = Drafts(pair[0].settings.floors.recent_days)
        for user_id in await drawn(generation.people, wanted.people, wanted.seed):
            await asyncio.sleep(0)
            asked = RecommendRequest(user_id=user_id, limit=wanted.limit, scenario=wanted.scenario)
            drafts.add(user_id, [await self._drafted(asked, each, window=False) for each in pair])
            await asyncio.sleep(0)
            if split := split_of(generation, user_id, math.inf):
                answers = [await self._drafted(asked, each, split[0], window=False) for each in pair]
                slates = [answer.slate for _, answer in answers]
                drafts.add_held_out(split[1], slates, wanted.limit)
        told = {"policy": in_force.policy_id, "changes": differences(in_force.values, policy.values)}
        return told | effect_of(drafts, generation.catalogue, wanted)

    async def _drafted(self, asked: RecommendRequest, *what: Any, **how: Any) -> tuple[Context, Answer]:
        return await answered(lambda: self._recommender.draft(asked, *what, **how))

    async def _draft(self, overrides: Mapping[str, Any], field: str = "overrides") -> Policy:
        try:
            return await asyncio.to_thread(self._policies.draft, overrides)
        except InvalidPayloadError as error:
            told = [replace(each, field=each.field.replace("overrides", field, 1)) for each in error.members["errors"]]
            raise InvalidPayloadError(told) from error

    def _under(self, policy: Policy) -> Environment:
        return self._swap.current.under(policy, self._swap.succession.configured)
