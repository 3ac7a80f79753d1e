"""What a service does by itself goes on after it failed, and an operator is told of it."""

import asyncio
import contextlib

from app.jobs import Jobs


def kept(jobs, work, *, until):
    """Run a job until a condition holds, at most for some seconds."""

    async def watch():
        task = asyncio.create_task(jobs.keep("work", work))
        for _ in range(500):
            if until():
                break
            await asyncio.sleep(0.01)
        told = jobs.payload()["work"]
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        return told

    return asyncio.run(watch())


def test_what_failed_is_begun_again_and_goes_on():
    tries = []

    async def work():
        tries.append(1)
        if len(tries) < 3:
            raise ValueError("of ada@example.org")
        await asyncio.sleep(60)

    jobs = Jobs(retry_seconds=0.01)
    told = kept(jobs, work, until=lambda: len(tries) == 3)
    assert (told["state"], told["failures"], told["said"]) == ("running", 2, "ValueError")
    assert jobs.problems() == []
    assert jobs.failures() == 2
    assert jobs.payload()["work"]["state"] == "ended"


def test_what_fails_is_told_until_it_is_begun_again(tmp_path):
    async def work():
        (tmp_path / "missing" / "file").read_bytes()

    jobs = Jobs()
    problems = []
    told = kept(jobs, work, until=lambda: problems.extend(jobs.problems()) or problems)
    assert problems == ["work failed: FileNotFoundError: No such file or directory"]
    assert told["state"] == "failed"


def test_what_has_nothing_to_do_has_ended():
    async def work():
        pass

    jobs = Jobs()
    told = kept(jobs, work, until=lambda: jobs.payload().get("work", {}).get("state") == "ended")
    assert (told["state"], told["failures"]) == ("ended", 0)
