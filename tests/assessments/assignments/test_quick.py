def test_q(cast, as_):
    from tests import factories
    r = as_(cast.lucia).get("/ediciones/novena/tareas/assignment-mapa")
    assert r.status_code == 200
    w = factories.work(cast.assignment, cast.lucias)
    assert as_(cast.lucia).get("/ediciones/novena/tareas/assignment-mapa").status_code == 200
    assert as_(cast.renata).get("/cola").status_code == 200
    r = as_(cast.renata).post(f"/ediciones/novena/revisiones/{w.id}/reclamar")
    assert r.status_code == 303
    assert as_(cast.renata).get(f"/ediciones/novena/revisiones/{w.id}").status_code == 200
