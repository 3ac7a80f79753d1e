"""Answers to `/recommend`: first pages, further pages, and what a person was shown so far."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
from pydantic import ValidationError

from app.clock import Clock
from app.errors import InvalidPayloadError, PolicyNotFoundError
from app.insights.answer_log import AnswerLog
from app.pipeline.context import Context
from app.pipeline.interleaving import interleaved, promises
from app.pipeline.recommend import Answer, Pipeline
from app.pipeline.request import Assigned, Environment, SlateRequest
from app.pipeline.slate import Slate
from app.pipeline.stages import build_pipeline
from app.policy.personalization_switch import SwitchScope
from app.requests.slates import RecommendRequest, SimilarRequest
from app.serving.catalogue import Catalogue
from app.serving.choices import NO_SCENARIO, Choices
from app.serving.exploration_window import ExplorationWindow, reported
from app.serving.item_fields import with_fields
from app.serving.paging import GivenPage, PagingSettings, SlateStore, StoredSlate
from app.serving.person import Person
from app.serving.scenario import Scenario
from app.serving.snapshot_swap import SnapshotSwap
from app.serving.stored_pages import still_permitted
from indexer.problems import FieldProblem
from models.ids import Rows

_MOST_PIPELINES: Final = 64

log = logging.getLogger(__name__)


class Recommender:
    """Runs the pipeline, and remembers what must hold from one answer to the next."""

    def __init__(
        self,
        snapshot_swap: SnapshotSwap,
        clock: Clock,
        paging: PagingSettings,
        served: AnswerLog,
        scenarios: Mapping[str, Scenario] | None = None,
    ) -> None:
        """`served` is told of every answer; `scenarios` are those that requests may name, None or none: any name."""
        self._snapshot_swap = snapshot_swap
        self._clock = clock
        self._scenarios = scenarios or {}
        self._pipelines: dict[tuple[str, str], Pipeline] = {}
        self.slates = self._stored = SlateStore(paging)
        self._served = served
        self._exploration_window = ExplorationWindow()
        self._repeated: OrderedDict[str, tuple[object, Slate]] = OrderedDict()
        self._most_repeated = paging.most_stored
        self._unusable: set[object] = set()
        self.assignment: Callable[[str], Assigned | None] = lambda _: None
        """By which experiment a person is answered; None for what is in force."""
        self.switched_off: Callable[[str, str], SwitchScope | None] = lambda *_: None
        """By what personalisation is switched off for a person in a scenario; None where it is on."""

    def recommend(self, request: RecommendRequest, *, discreet: bool = False) -> Slate:
        """One page of items for one person; `discreet` where they ask themselves.

        Raises:
            CursorError: the request continues an answer that is not stored, or not this person's.
        """
        request = self._placed(request)
        if request.cursor is None:
            return self._with_fields(self._first(request, discreet=discreet), request)
        return self._with_fields(self._next(request, request.cursor, discreet=discreet), request)

    def page(
        self, requests: Sequence[RecommendRequest], made: list[Slate] | None = None, *, discreet: bool = False
    ) -> list[Slate]:
        """Slates of one person that are shown together: none has an item, or a copy of one, that is in one before it.

        Args:
            requests: for each slate.
            made: the first slates, where they were made before something had to be waited for; further ones are added.
            discreet: whether the person asks themselves.

        Raises:
            InvalidPayloadError: a request cannot be answered; then none is.
        """
        requests = [self._placed(request) for request in requests]
        slates = [] if made is None else made
        if not slates:
            self._check(requests)
        for request in requests[len(slates) :]:
            shown = [item.item_id for slate in slates for item in slate.items]
            slates.append(self._with_fields(self._first(request, shown, discreet=discreet), request))
        self._stored.share_page([slate for slate in slates if slate.next_cursor])
        return slates

    def once(self, request: RecommendRequest) -> Slate:
        """A slate that nothing continues, and that takes no room afterwards: of a batch of many people.

        Raises:
            InvalidPayloadError: the request cannot be answered.
        """
        request = self._placed(request)
        choices = self.choices(request)
        context = self.context(request.user_id, choices.limit(request), request.exclude, choices=choices)
        answer = self._answer(context, choices, full=request.full)
        stored = StoredSlate(request, request.exclude, context.catalogue.names, answer.left)
        return self._with_fields(replace(self._page("", stored, answer, context), next_cursor=None), request)

    def _placed(self, request: RecommendRequest) -> RecommendRequest:
        """The same in the scenario that its circumstances ask for, where it names none."""
        if request.scenario is not None or not request.context:
            return request
        told = {name: value for name, _, value in (entry.partition(":") for entry in request.context)}
        found = next((name for name, scenario in self._scenarios.items() if scenario.meets(told)), None)
        return request if found is None else request.model_copy(update={"scenario": found})

    def _check(self, requests: Sequence[RecommendRequest]) -> None:
        """Whether all can be answered, before any is."""
        environment, now = self._snapshot_swap.current.environment, self._clock.now()
        for number, request in enumerate(requests):
            try:
                choices = self.choices(request)
                choices.asked(environment.catalogue, now)
                choices.placement(environment, now)
            except InvalidPayloadError as error:
                told = [replace(each, field=f"placements.{number}.{each.field}") for each in error.members["errors"]]
                raise InvalidPayloadError(told) from error

    def _with_fields(self, slate: Slate, request: RecommendRequest) -> Slate:
        names = request.fields or self._scenarios.get(slate.scenario or "", NO_SCENARIO).fields
        return with_fields(slate, self._snapshot_swap.current.catalogue, names) if names else slate

    def choices(self, request: RecommendRequest | SimilarRequest) -> Choices:
        """What a request decides, and its scenario where it does not.

        Raises:
            InvalidPayloadError: it names a scenario that is not declared, or what is no event type.
        """
        name = request.scenario
        if name is not None and self._scenarios and name not in self._scenarios:
            said = f"must be one of {', '.join(sorted(self._scenarios))}"
            raise InvalidPayloadError([FieldProblem("scenario", said)])
        choices = Choices.of(request, self._scenarios.get(name or "", NO_SCENARIO))
        off = self.switched_off(request.user_id or "", name or "")
        return replace(choices, switched_off=off) if off else choices

    def context(
        self,
        user_id: str,
        limit: int,
        exclude: Sequence[str],
        given: Sequence[str] = (),
        choices: Choices | None = None,
    ) -> Context:
        """What the stages know of a request, as of now.

        Args:
            user_id: for whom; "" for nobody.
            limit: how many.
            exclude: what the request leaves out.
            given: what is left out because it stands on an earlier page, or is what others are compared with.
            choices: what else the request decides; None for nothing.

        Raises:
            InvalidPayloadError: the filter cannot be used.
        """
        generation = self._snapshot_swap.current
        given_rows = _known(generation.catalogue, given)
        rows = _known(generation.catalogue, [*exclude, *given]) if exclude else given_rows
        now, choices = self._clock.now(), choices or Choices()
        assigned = None if choices.switched_off else self._assigned(user_id)
        environment = self._environment(assigned)
        ask = SlateRequest(
            user_id,
            limit,
            rows,
            now,
            given=given_rows,
            hide_seen=choices.hide_seen,
            assigned=assigned,
            switched_off=choices.switched_off,
            placement=choices.placement(environment, now),
            asked=choices.asked(generation.catalogue, now),
            discreet=choices.discreet,
        )
        return self._with_window(Context(environment, ask, generation.people.get(user_id)))

    def preview(self, user_id: str, limit: int, person: Person | None, *, window: bool = True) -> Slate:
        """The slate that somebody would get if they were `person`; nothing of it is remembered.

        Without `window` it makes no difference what they were shown before, which a restart forgets.
        """
        assigned = self._assigned(user_id)
        ask = SlateRequest(user_id, limit, np.empty(0, np.int32), self._clock.now(), assigned=assigned)
        context = Context(self._environment(assigned), ask, person)
        context = self._with_window(context) if window else context
        return self._answer(context).slate

    def stored(self, user_id: str) -> list[dict[str, Any]]:
        """What is remembered of a person's answers that can be continued."""
        context = self.context(user_id, 1, [])
        pages = [self._as_given(stored, page) for stored in self._stored.of(user_id) for page in stored.pages]
        return [still_permitted(page, context).payload() for page in pages]

    def draft(
        self,
        request: RecommendRequest,
        environment: Environment | None = None,
        person: Person | None = None,
        *,
        window: bool = True,
    ) -> tuple[Context, Answer]:
        """What somebody would get now, with what was known of the request; nothing of it is remembered or logged.

        Args:
            request: for whom and what; a cursor is not followed.
            environment: by whose settings, and by no experiment; None as they would be answered.
            person: under these settings, in place of what is known of them; None for that.
            window: whether what they were shown before makes a difference: where settings are compared it would, since
                a floor that was lower then is made up for at first.

        Raises:
            InvalidPayloadError: the request cannot be answered.
        """
        choices = self.choices(request)
        context = self.context(request.user_id, choices.limit(request), request.exclude, choices=choices)
        if environment is not None:
            placement = choices.placement(environment, context.now)
            asked = replace(context.request, assigned=None, placement=placement, shown=())
            context = Context(environment, asked, person or context.known)
            context = self._with_window(context) if window else context
        return context, self._answer(context, choices, full=request.full, debug=request.debug)

    @property
    def stored_slates(self) -> int:
        """Answers that can be continued."""
        return len(self._stored)

    def outdate(self, user_id: str) -> int:
        """Let no answer to a person be continued or repeated: they rest on what was; how many could have been."""
        self._repeated.pop(user_id, None)
        return self._stored.forget(user_id)

    def outdate_all(self) -> None:
        """The same of everybody."""
        self._repeated.clear()
        self._stored.clear()

    def forget(self, user_id: str) -> int:
        """The same, and drop what is remembered of the slots that the person was shown."""
        self._exploration_window.forget(user_id)
        return self.outdate(user_id)

    def _assigned(self, user_id: str) -> Assigned | None:
        """Nobody takes part who has switched personalisation off, or is not named, or whose policy cannot be used."""
        row = self._snapshot_swap.current.people.row(user_id)
        assigned = self.assignment(user_id) if user_id and (row is None or row.personalization) else None
        return assigned if assigned is None or self._usable(assigned) else None

    def _usable(self, assigned: Assigned) -> bool:
        """Whether the policies of a variant are there, of this version and of equal promises; if not, it is said once.

        Which policy is in force may change while two are interleaved, and with it what it promises.
        """
        in_force = self._snapshot_swap.current.environment.policy
        known = (assigned.policies, in_force if assigned.interleaved else None)
        if known in self._unusable:
            return False
        try:
            first, *others = (self._snapshot_swap.under(policy).settings for policy in assigned.policies)
            alike = all(promises(each) == promises(first) for each in others)
            reason = None if alike else "they promise different floors"
        except (PolicyNotFoundError, ValidationError) as error:
            reason = str(error)
        if reason is not None:
            self._unusable.add(known)
            policies = " and ".join(each or in_force for each in assigned.policies)
            log.error(
                "policy %s of experiment %s cannot be used, people get what is in force: %s",
                policies, assigned.experiment, reason,
            )  # fmt: skip
        return reason is None

    def _answer(self, context: Context, choices: Choices | None = None, **how: Any) -> Answer:
        """By the policy of a request, or drafted from those of two; `choices` are those of the request."""
        answer, assigned = self._pipeline(context)(context, **how), context.request.assigned
        if assigned is None or not assigned.interleaved:
            return answer
        environment = self._snapshot_swap.under(assigned.beside)
        placement = (choices or Choices()).placement(environment, context.now)
        beside = Context(environment, replace(context.request, placement=placement), context.known)
        return interleaved(context, answer, self._pipeline(beside)(beside, **how))

    def _environment(self, assigned: Assigned | None) -> Environment:
        return self._snapshot_swap.under(assigned.policy if assigned else None)

    def _pipeline(self, context: Context) -> Pipeline:
        """The stages of the policy by which a request is answered; its id stands for all of its settings."""
        name = (context.environment.policy, context.request.placement.name)
        if name not in self._pipelines:
            if len(self._pipelines) >= _MOST_PIPELINES:
                self._pipelines.clear()
            self._pipelines[name] = build_pipeline(context.settings)
        return self._pipelines[name]

    def _with_window(self, context: Context) -> Context:
        """The same request, with what the person was shown before it."""
        shown, slots = self._exploration_window.shown(context.request.user_id), context.settings.floors.window_slots
        shown = reported(context, slots) if shown is None else shown[-slots:]
        if shown:
            context.request = replace(context.request, shown=shown)
        return context

    def _first(self, request: RecommendRequest, beside: Sequence[str] = (), *, discreet: bool = False) -> Slate:
        """The first page; asked again at the same moment, with nothing changed, it is the same page and shown once.

        Ids `beside` are those of items that are shown on the same page already.
        """
        generation, assigned = self._snapshot_swap.current, self._assigned(request.user_id)
        policy, revisions = self._environment(assigned).policy, (generation.version, generation.people.revision)
        key = (request, tuple(beside), discreet, self._clock.now(), generation.serial, assigned, policy, revisions)
        known, slate = self._repeated.get(request.user_id, (None, None))
        if slate is not None and known == key:
            return slate
        choices = replace(self.choices(request), discreet=discreet)
        context = self.context(request.user_id, choices.limit(request), request.exclude, beside, choices)
        answer = self._answer(context, choices, full=request.full, debug=request.debug)
        stored = StoredSlate(request, request.exclude, context.catalogue.names, answer.left, list(beside))
        slate = self._page(self._stored.keep(stored), stored, answer, context)
        self._repeated[request.user_id] = (key, slate)
        self._repeated.move_to_end(request.user_id)
        if len(self._repeated) > self._most_repeated:
            self._repeated.popitem(last=False)
        return slate

    def _next(self, request: RecommendRequest, cursor: str, *, discreet: bool) -> Slate:
        token, stored, page = self._stored.find(cursor, request.user_id)
        _check_continued(request, stored.asked)
        if page < len(stored.pages):
            _check_repeated(request, stored.pages[page], stored.limits[page])
            again = replace(self.choices(stored.asked), hide_seen=False, discreet=discreet)
            context = self.context(request.user_id, 1, request.exclude, choices=again)
            return still_permitted(self._as_given(stored, stored.pages[page], discreet=discreet), context)
        stored.exclude = list(dict.fromkeys([*stored.exclude, *request.exclude]))
        asked, choices = stored.asked, replace(self.choices(stored.asked), begins=False, discreet=discreet)
        limit = request.limit if "limit" in request.model_fields_set else stored.limits[0]
        context = self.context(asked.user_id, limit, stored.exclude, stored.given, choices)
        left = self._stored.left(stored, context.catalogue)
        answer = self._answer(context, choices, left=left, full=request.full, debug=request.debug)
        return self._page(token, stored, answer, context)

    def _as_given(self, stored: StoredSlate, page: Slate | GivenPage, *, discreet: bool = False) -> Slate:
        """A page; where another process gave it, its items with what is to be said of them now."""
        if not isinstance(page, GivenPage):
            return page
        choices = replace(self.choices(stored.asked), hide_seen=False, begins=False, discreet=discreet)
        context = self.context(stored.asked.user_id, max(1, len(page.items)), [], choices=choices)
        rows = context.catalogue.rows(page.items)
        answer = self._answer(context, choices, left=rows[rows >= 0], full=page.full, debug=page.debug)
        places = {item_id: place for place, item_id in enumerate(page.items)}
        items = sorted(
            (item for item in answer.slate.items if item.item_id in places), key=lambda item: places[item.item_id]
        )
        ranked = tuple(replace(item, rank=rank) for rank, item in enumerate(items, 1))
        scenario, given = stored.asked.scenario, page.recommendation_id
        return replace(
            answer.slate, items=ranked, recommendation_id=given, scenario=scenario, next_cursor=page.next_cursor
        )

    def _page(self, token: str, stored: StoredSlate, answer: Answer, context: Context) -> Slate:
        whole = len(answer.slate.items) == context.request.limit
        following = self._stored.cursor(token, len(stored.pages) + 1) if whole else None
        slate = replace(answer.slate, scenario=stored.asked.scenario, next_cursor=following)
        stored.names, stored.left = context.catalogue.names, answer.left
        stored.given += [item.item_id for item in slate.items]
        stored.pages.append(slate)
        self._served(context, answer, slate, len(stored.pages))
        stored.limits.append(context.request.limit)
        if following:
            self._stored.note(token)
        if slate.personalized:
            self._exploration_window.keep(
                stored.asked.user_id,
                (*context.request.shown, *(item.exploration for item in slate.items)),
                context.settings.floors.window_slots,
            )
        return slate


def _check_continued(request: RecommendRequest, first: RecommendRequest) -> None:
    """What a cursor continues stays what it was.

    Raises:
        InvalidPayloadError: the request asks for something else.
    """
    names = ("filter", "scenario", "hide_seen", "hide_own")
    changed = [name for name in names if getattr(request, name) not in {None, getattr(first, name)}]
    if changed:
        message = "must be as in the request that the cursor continues; leave it out, or ask anew"
        raise InvalidPayloadError([FieldProblem(name, message) for name in changed])


def _check_repeated(request: RecommendRequest, page: Slate | GivenPage, limit: int) -> None:
    """A page that was given stays what it was.

    Raises:
        InvalidPayloadError: the request asks for another length, or for what was not noted then.
    """
    traced = page.debug if isinstance(page, GivenPage) else page.trace is not None
    if request.debug and not traced:
        raise InvalidPayloadError([FieldProblem("debug", "comes too late: this page was given without")])
    if request.full and not page.full:
        raise InvalidPayloadError([FieldProblem("explain", "comes too late: this page was given with labels alone")])
    if "limit" in request.model_fields_set and request.limit != limit:
        raise InvalidPayloadError([FieldProblem("limit", f"comes too late: this page was given with {limit}")])


def _known(catalogue: Catalogue, item_ids: Sequence[str]) -> Rows:
    """The rows of these items and of their copies, ascending."""
    if not item_ids:
        return np.empty(0, dtype=np.int32)
    rows = catalogue.rows(item_ids)
    return catalogue.copies.together(rows[rows >= 0])
