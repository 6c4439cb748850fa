"""Small word lists of our own: words that carry no meaning, and words too common to name a topic on their own."""

from typing import Final


def _set(*lines: str) -> frozenset[str]:
    return frozenset(word for line in lines for word in line.split())


FUNCTION_WORDS: Final[dict[str, frozenset[str]]] = {
    "en": _set(
        "a an the and or but nor so yet of to in on at by for from with without within into onto upon over under",
        "between among through during before after since until against about above below across along around near off",
        "out up down as than that this these those it its he she they them their theirs his her hers him we us our",
        "ours you your yours i me my mine who whom whose which what when where why how if then else is are was were be",
        "been being am do does did done has have had having can could will would shall should may might must not no",
        "there here also very more most much many some any each every all both few other such only own same too just",
        "don didn isn wasn aren weren doesn hasn haven hadn won wouldn couldn shouldn",
    ),
    "cy": _set(
        "y yr a ac ar at am an i o yn yng ym mewn gan gyda gydag wrth rhwng dros drwy trwy tan dan heb hyd i'r o'r",
        "neu ond os pan pe fel sy sydd mae maen oedd yw ydy yw ydyn oes bod fod wedi fydd bydd byddai fyddai bu roedd",
        "ei eu ein eich fy dy nhw hwn hon hyn hwnnw honno hynny yna yma iawn hefyd ond nid ni na nac ddim dim pob bob",
        "un rhai sut beth pwy ble pam pryd lle mwy mwyaf er ers cyn ar ôl tra eisoes fe mi chi chwi ti fi ef hi'r",
        "ai nad mai taw sef iddo iddi iddyn iddynt ohono ohonynt arno arni arnynt ganddo ganddynt ynghylch ynglŷn",
        "cael gael gwneud wneud gall gallu allu gellir rhaid rhaid",
    ),
    "nl": _set(
        "de het een en of maar want dus van in op aan bij voor door met zonder naar uit over onder tussen tegen tot om",
        "te ten ter als dan dat die dit deze er hier daar waar wie wat welke hoe waarom wanneer is zijn was waren",
        "wordt worden werd werden heeft hebben had hadden kan kunnen kon konden zal zullen zou zouden moet moeten mag",
        "mogen wil willen niet geen wel ook nog al zo zeer meer meest veel weinig alle alles ieder elk elke ander",
        "andere zich ik je jij u uw we wij ze zij hij haar hem hun ons onze mijn zijn sinds tijdens na per via",
        "binnen buiten omdat zodat terwijl toen nu toch slechts alleen",
    ),
    "sv": _set(
        "en ett den det de och eller men utan av i på till från för med mot mellan under över efter före hos vid om ur",
        "att som än när där här vad vem vilken vilket vilka hur varför är var vara varit blir bli blev blivit har hade",
        "ha haft kan kunde ska skall skulle måste får fick bör vill inte ej ingen inget inga också även mycket mer",
        "mest många alla allt varje andra annan annat denna detta dessa sin sitt sina sig jag du vi ni han hon hans",
        "hennes deras dem dess vår vårt våra min mitt mina din ditt er så då nu inom utanför genom samt bara redan",
        "eftersom medan sedan per via",
    ),
    "de": _set(
        "der die das den dem des ein eine einer eines einem einen und oder aber denn sondern von vom zu zum zur in im",
        "ins an am auf aus bei beim mit nach seit für durch gegen ohne um über unter vor hinter neben zwischen bis als",
        "wie wenn dass weil ob so da dort hier wer was welche welcher welches wo wann warum ist sind war waren sein",
        "wird werden wurde wurden worden hat haben hatte hatten kann können konnte konnten soll sollen sollte muss",
        "müssen darf dürfen will wollen nicht kein keine keiner nur auch noch schon sehr mehr meist viel viele alle",
        "alles jede jeder jedes andere anderen sich ich du er sie es wir ihr ihre ihren ihrem uns unser unsere mein",
        "dieser diese dieses diesem diesen damit dabei dafür sowie bzw per",
    ),
}
"""Dropped before labels are looked for, so that "quality of water" and "water quality" are the same. Lower case."""

COMMON_WORDS: Final[dict[str, frozenset[str]]] = {
    "en": _set(
        "access action activity advice age agency aid area art asset audit bed benefit board body book budget building",
        "bus business car care carer case cash centre change charge child city claim class cold community company",
        "complaint contact contract control cost council country court crime crisis culture customer damp data day",
        "death debt decision delay design development disability discharge document drug duty education energy event",
        "experience fall family fee field fire flood food form fraud fund funding game garden grant green group growth",
        "guide health heat help highway history hoarding home hospital house housing idea income information interest",
        "job knife knowledge labour land language law leader learning leave library licence life line list local loss",
        "maintenance management market meal media meeting member money museum music nature need network night noise",
        "note office order park parking partner partnership pay people performance place plan planning play point",
        "police policy pool poor population poverty power practice pressure price problem process programme project",
        "property protection public quality question rate record recovery reform region register repair report",
        "research resource rest review right risk road role rule safe safety salt save saving school science service",
        "shop sign skill smoke society space speed sport staff stage standard state step storm story street strike",
        "study subject supply support survey system tax team technology test time tool town trade traffic training",
        "transport travel tree trust value vehicle view visit volunteer vote walk war ward waste water way weather",
        "website welfare wind winter woman word work worker world year youth archive fostering poaching retrofit",
        "taxonomy footfall benchmarking",
    ),
    "cy": _set(
        "addysg adeilad adroddiad amser ardal arian bwrdd bwyd bywyd cartref cyfle cyfraith cyngor cymorth cymuned",
        "cynllun cyswllt data diogelwch dogfen dŵr dydd ffordd ffurf grŵp gwaith gwasanaeth gwlad gwybodaeth haf",
        "hawl help iaith iechyd mater menter nod pobl polisi problem proses prosiect pwynt rhan rhaglen risg safle",
        "stryd swydd system tai tîm tir tref ty ysgol ysbyty celcio maethu parcio",
    ),
    "nl": _set(
        "aanpak actie adres afspraak arbeid auto bedrijf beleid besluit bestuur bezoek bod brief burger buurt contact",
        "dag dienst document doel druk energie gebied geld gemeente gesprek groep hulp huis idee informatie inkomen",
        "jaar jeugd kans kantoor kind klacht klant kosten kwaliteit land leven lijst markt meer mens mijn middel",
        "mobiliteit netwerk niveau onderwijs onderzoek organisatie ouder park partij plan plek politie praktijk prijs",
        "proces project punt raad recht regel regio risico rol samenleving school sport staat stad steun straat",
        "systeem taak tijd tolk tuin uitvaart verkeer vraag vervoer water weg werk wet wijk winkel woning wonen woo",
        "zaak ziekenhuis zorg vacature inspraak participatie parkeren fietsen",
    ),
    "sv": _set(
        "arbete avtal barn behov beslut besök bil bok bolag brev del dag ekonomi energi fall familj fråga för grupp",
        "handel hem hjälp hus hälsa idrott information intern intresse jobb kommun kontakt kostnad kraft kultur kund",
        "kvalitet kväll land lista liv lokal lösning marknad miljö mål människa möte natur nät område ort park pengar",
        "person plan plats politik polis pris problem process projekt punkt rapport region regel resa resurs risk roll",
        "rätt samhälle service sida skatt skog skola sport stad stat stöd system tid trafik tjänst uppdrag utbildning",
        "vatten verksamhet väg värde vård ungdom år ålder ärende val tolk",
    ),
    "de": _set(
        "amt angebot antrag arbeit aufgabe auto bau bedarf bereich bericht beratung beruf bildung bürger dienst dorf",
        "energie entwicklung familie form frage frau freizeit gebiet geld gemeinde gesundheit gruppe haus hilfe idee",
        "information jahr jugend kind klasse kosten kraft kreis kultur kunde land leben lehre liste markt maßnahme",
        "mensch mittel mitte mitglied natur netz ort park partner person pflege plan platz politik polizei preis",
        "problem programm projekt prozess punkt qualität raum recht regel region risiko rolle schule schutz seite",
        "sicherheit sport stadt staat stelle steuer straße system tag teil thema umwelt unternehmen verein verfahren",
        "verkehr versorgung wasser weg wert wirtschaft wohnung zeit ziel zugang beschwerde",
    ),
}
"""Rule 18: a one-word label among these says too little alone; it needs the title or another hit of its concept."""

MATCHED_APART: Final = _set("s t ll re ve d m r n i u w ch th")
"""What follows an apostrophe without being a word: council's, don't, i'r, a'ch."""

ARTICLES: Final = _set("the a an y yr de het een en ett den det der die das")
"""Function words that a label can lose and still say the same."""

LANGUAGE_CODES: Final = _set(
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee",
    "el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is",
    "it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms",
    "mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk",
    "sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi",
    "yo za zh zu",
)
"""ISO 639-1."""
