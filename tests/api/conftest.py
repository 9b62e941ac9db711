from collections.abc import AsyncIterator

import httpx
import pytest
from tests.api.city import TestCity, door, make_city


@pytest.fixture
def town() -> TestCity:
    return make_city(body_max=64 * 1024, depth_max=20, attributes_max=1000)


@pytest.fixture
async def api(town: TestCity) -> AsyncIterator[httpx.AsyncClient]:
    async with door(town.city) as client:
        yield client
