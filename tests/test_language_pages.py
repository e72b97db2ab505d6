"""The pages in Spanish: what they say, where their links lead, and what keeps its language."""

from __future__ import annotations

import asyncio
import html
import re
from typing import Any

import pytest
from site_corpus import BROADBAND, HOSTILE_BILL
from test_language import SITE, site  # noqa: F401

from classify.areas import load_areas
from pages.http import formatting, language

SPANISH = {
    "/es/": ["Qué se mueve en la política de la información", "4 documentos", "31 de marzo de 2022", "en 22 días"],
    f"/es/documents/{BROADBAND}": [
        "Proyecto de ley",
        "Aprobado por una cámara",
        "desde el 8 de marzo de 2022",
        "117.º Congreso",
        "muy probable (94 %)",
        "1 copromotor",
        "Library Broadband Act",
        "hallado en el título",
        "Library Broadband Act, H.R. 1783, 117th Cong. (2021).",
    ],
    "/es/areas/broadband": ["Banda ancha", "Próximas fechas", "Cierre de comentarios"],
    "/es/browse?q=hotspots": ["Búsqueda de «hotspots»", "Además de «hotspots»", "2 documentos", "En el resumen:"],
    "/es/deadlines": ["marzo de 2022", "fin del día, hora del Este"],
    "/es/calendar?month=2022-03": ["Calendario: marzo de 2022", "jueves"],
    "/es/positions/tc-hotspot-lending": ["1 documento, primero los más recientes", "adoptada el 1 de junio de 2021"],
    "/es/jurisdictions/us": ["Estados Unidos", "Normas y avisos"],
    "/es/tour": ["Un breve recorrido", "Para socios y periodistas"],
    "/es/glossary": ["Qué tan seguros estamos", "Norma propuesta"],
    "/es/positions/tc-hotspot-lending/brief": ["En juego ahora", "A fecha de 9 de marzo de 2022"],
}


def shown(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


@pytest.mark.parametrize("path", SPANISH)
async def test_page_speaks_spanish_and_says_so(site: Any, path: str) -> None:
    answer = await site.client.get(path)
    assert answer.status_code == 200
    assert '<html lang="es">' in answer.text
    assert answer.headers["content-language"] == "es"
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert [fact for fact in SPANISH[path] if fact not in shown(answer.text)] == []


@pytest.mark.slow
@pytest.mark.parametrize("path", SPANISH)
async def test_links_stay_in_the_language_and_lead_somewhere(site: Any, path: str) -> None:
    page = (await site.client.get(path)).text
    links = {html.unescape(link) for link in re.findall(r'\s(?:href|action)="(/[^"#]*)', page)}
    assert "/es/areas" in links
    english = {link for link in links if not link.startswith(("/es/", "/static/", "/corpus", "/embed/"))}
    forms = {link for link in english if "." in link.partition("?")[0]}
    here = path.removeprefix("/es")
    of_desk = {link for link in english if link.startswith(("/desk", "/partner"))}
    assert not of_desk or here == "/tour"
    assert english - forms - of_desk <= {here, "/sources", "/accuracy", "/api", "/scorecard", "/families"}, (
        english - forms
    )
    for link in links - of_desk:
        assert (await site.client.get(link)).status_code == 200, link


async def test_every_translated_page_names_its_other_languages_and_itself(site: Any) -> None:
    for path, here in (("/areas", f"{SITE}/areas"), ("/es/areas", f"{SITE}/es/areas")):
        page = (await site.client.get(path)).text
        assert f'<link rel="canonical" href="{here}">' in page
        alternates = dict(re.findall(r'<link rel="alternate" hreflang="([\w-]+)" href="([^"]+)">', page))
        assert alternates == {"en": f"{SITE}/areas", "es": f"{SITE}/es/areas", "x-default": f"{SITE}/areas"}
    assert (
        'hreflang="es" href="/es/browse?area=broadband">Español'
        in (await site.client.get("/browse?area=broadband&utm=1")).text
    )
    assert (
        'hreflang="en" href="/browse?area=broadband">English'
        in (await site.client.get("/es/browse?area=broadband")).text
    )


async def test_titles_keep_their_language(site: Any) -> None:
    page = (await site.client.get("/es/browse")).text
    assert f'<a href="/es/documents/{BROADBAND}" lang="en">Library Broadband Act</a>' in page
    assert 'lang="en">Library' not in (await site.client.get("/browse")).text


async def test_what_a_source_says_keeps_its_language(site: Any) -> None:
    document, found, area = [
        (await site.client.get(path)).text
        for path in (f"/es/documents/{BROADBAND}", "/es/browse?q=hotspots", "/es/areas/broadband")
    ]
    assert '<span class="quiet">proyecto de ley relacionado, Es ley</span><br><span lang="en">' in document
    assert re.search(r'<a href="/sources#us_bills" lang="en">', document)
    assert re.search(r'<p class="why"><span class="quiet">[^<]*</span> <span lang="en">[^<]*<mark>', found)
    assert '</span><br><span lang="en">' in area


@pytest.mark.parametrize(
    ("asked", "led"),
    [
        ("/es/corpus", "/corpus"),
        ("/es/browse.csv?area=broadband", "/browse.csv?area=broadband"),
        ("/es/sources", "/sources"),
        ("/es/-/databases", "/-/databases"),
        ("/es//evil.example/", "/evil.example/"),
        ("/es/es/areas", "/es/areas"),
        ("/es/desk", "/desk"),
        ("/es/staff.db", "/staff.db"),
    ],
)
async def test_what_is_not_translated_leads_to_its_english_address_on_this_site(
    site: Any, asked: str, led: str
) -> None:
    answer = await site.client.get(asked, follow_redirects=False)
    assert answer.status_code == 302
    assert answer.headers["location"] == led


def test_words_in_a_row_have_one_and() -> None:
    assert formatting.listed(["title", "summary", "text"]) == "title, summary, and text"
    with language.speaking("es"):
        assert formatting.listed(["título", "resumen", "texto"]) == "título, resumen y texto"
        assert formatting.listed(["título"]) == "título"


@pytest.mark.parametrize("path", ["/trackers/broadband", "/jurisdictions/us", "/browse/map?area=broadband"])
async def test_what_a_page_offers_other_sites_speaks_its_language(site: Any, path: str) -> None:
    page = html.unescape((await site.client.get(f"/es{path}")).text)
    assert f'<iframe src="{SITE}/es/embed{path}"' in page
    assert f'<p><a href="{SITE}/es{path}">' in page
    frame = await site.client.get(f"/es/embed{path}")
    assert '<html lang="es">' in frame.text
    assert "Al " in shown(frame.text)
    assert f'<a href="{SITE}/es{path}"' in frame.text
    assert "frame-ancestors *" in frame.headers["content-security-policy"]
    assert "x-frame-options" not in frame.headers


async def test_a_page_that_is_not_there_is_not_there_in_any_language(site: Any) -> None:
    answer = await site.client.get("/es/documents/us-117-hr0")
    assert answer.status_code == 404
    assert "No existe esa página" in answer.text
    assert "No hay ninguna página en esta dirección." in shown(answer.text)


async def test_hostile_text_is_text_in_every_language(site: Any) -> None:
    for path in (f"/es/documents/{HOSTILE_BILL}", "/es/browse?q=reading", "/es/areas/library-funding"):
        page = (await site.client.get(path)).text
        assert "<script>alert" not in page
        assert "<img src=x" not in page


async def test_an_area_that_is_wider_than_its_name_says_so_in_both_languages(site: Any) -> None:
    for path in ("/areas", "/areas/library-funding"):
        assert "The area is wider than its name" in (await site.client.get(path)).text
        assert "El área es más amplia que su nombre" in (await site.client.get(f"/es{path}")).text
    assert "wider than its name" not in (await site.client.get("/areas/privacy")).text
    assert formatting.glossary()["area_notes"].keys() <= {each.id for each in load_areas().areas}


async def test_one_readers_language_is_not_anothers(site: Any) -> None:
    pages = await asyncio.gather(*(site.client.get(path) for path in ("/areas", "/es/areas") * 20))
    assert {page.text.count('lang="es">\n<head>') for page in pages[::2]} == {0}
    assert all("Áreas" in page.text for page in pages[1::2])
    assert language.current() == language.ENGLISH


async def test_feeds_and_tables_speak_english_whoever_asks(site: Any) -> None:
    assert "Comments close" in (await site.client.get("/calendar.ics")).text


async def test_one_document_is_spoken_of_in_the_singular(site: Any) -> None:
    assert "1 documento podría tocarla" in shown((await site.client.get("/es/positions")).text)
    page = shown((await site.client.get("/es/jurisdictions/us")).text)
    assert "que nombra las bibliotecas o está clasificado bajo ellas. Aún pueden avanzar: 1;" in page
    assert "Lea el documento de arriba que aún puede avanzar, y quién lo presentó." in page
    assert "Read the document above that can still move" in shown((await site.client.get("/jurisdictions/us")).text)


def test_numbers_choose_their_form() -> None:
    with language.speaking("es"):
        assert [formatting.count(n, "document") for n in (0, 1, 2)] == ["0 documentos", "1 documento", "2 documentos"]
        assert formatting.count(2, "xylophone") == "2 xylophones"
    assert formatting.count(1, "document") == "1 document"
