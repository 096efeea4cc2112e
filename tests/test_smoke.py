def test_cast(cast, as_):
    assert as_(cast.lucia).get("/cuenta").status_code == 200
    assert as_(None).get("/cuenta").status_code == 303
