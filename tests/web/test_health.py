from tests.asserts import assert_problem


def test_live_answers(client):
    response = client.get("/health/live")
    assert response.status_code == 200
    assert response.json() == {"status": "ok"}


def test_ready_answers_when_the_store_takes_writes(client):
    response = client.get("/health/ready")
    assert response.status_code == 200
    assert response.json()["status"] == "ready"
    checks = response.json()["checks"]
    assert checks.pop("jobs") in ("ok", "starting")
    assert checks == {"server": "ok", "store": "ok"}


def test_ready_says_what_it_waits_for(client, store):
    store.close()
    response = client.get("/health/ready")
    problem = assert_problem(response, 503, waiting_for=["store"])
    assert problem["checks"]["store"] == "The store is closed."
    assert response.headers["retry-after"]
    assert client.get("/health/live").status_code == 200


def test_ready_no_more_once_the_server_is_told_to_stop(client):
    client.app.state["services"].readiness.is_stopping = True
    problem = assert_problem(client.get("/health/ready"), 503, waiting_for=["server"])
    assert problem["checks"]["server"] == "stopping"
    assert client.get("/health/live").status_code == 200
