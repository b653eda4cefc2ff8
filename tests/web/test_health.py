from tests.asserts import assert_problem


def test_live_answers(client):
    response = client.get("/health/live")
    assert response.status_code == 200
    assert response.json() == {"status": "ok"}


def test_ready_answers_when_the_store_takes_writes(client):
    response = client.get("/health/ready")
    assert response.status_code == 200
    assert response.json() == {"status": "ready"}


def test_ready_says_what_it_waits_for(client, store):
    store.close()
    response = client.get("/health/ready")
    assert_problem(response, 503, waiting_for=["store"])
    assert response.headers["retry-after"]
    assert client.get("/health/live").status_code == 200
