package nlu

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"llave/flows/backend"
)

// Each rule has a text that is misread without it.
func TestRules(t *testing.T) {
	u := newParser(t)
	for _, c := range []struct{ rule, text, want string }{
		{"a request ends what an earlier no reaches", "no me anda nada quiero un token nuevo", "another [] ?[]"},
		{"a request ends a doubt", "tengo poco tiempo necesito otro token", "another [] ?[]"},
		{"what destroys is written as it is", "desvinculas", "none [] ?[]"},
		{"what destroys is written as it is", "cambias el token", "token [] ?[]"},
		{"what destroys is not asked", "desvincular?", "none [] ?[] unclear"},
		{"what is undone is not wanted either", "no quiero que me cambies el token", "none [] ?[]"},
		{"what destroys is said in one breath", "soy nuevo, token por favor", "token [] ?[]"},
		{"what destroys is said in one breath", "un otro de los de la del token", "token [] ?[]"},
		{"two requests of equal weight are unclear", "vincular o registrarme", "none [] ?[] unclear"},
		{"your daughter is not mine", "tu hija necesita el token", "token [] ?[]"},
		{"another word for a child is the child named before", "mi nieta está internada, pasame el token de la nena", "token [Lucía Ruiz] ?[]"},
		{"another word for a child is the child named before", "mi sobrina está acá, el token de la nena", "token [] ?[sobrina]"},
		{"my own child is another one", "mi nieta está acá, el token de mi nena", "token [Juana Ruiz] ?[]"},
		{"a no ends the pronoun before it", "no ese no el de tomas", "token [Tomás Ruiz] ?[]"},
		{"I is who wants", "me mandaste el de juana y yo quería el de mi mamá", "token [Rosa Peralta] ?[]"},
		{"we is who wants, too", "juana y yo necesitamos los tokens", "token [Juana Ruiz María Elena Gómez] ?[]"},
		{"somebody's token was not taken", "el de tomás no me lo tomaron", "rejected [Tomás Ruiz] ?[]"},
		{"somebody's token is not needed", "el de tomás no hace falta", "none [] ?[]"},
		{"times are no count", "mi mamá va tres veces por semana, doce tokens impresos", "preprint [Rosa Peralta] ?[] x12 @"},
		{"sessions are a count", "a carlos le quedan 6 sesiones y va 2 veces, haceme la hoja", "preprint [Carlos Ruiz] ?[] x6 @"},
		{"a person of the desk behind a request", "pasame el de mi mamá y después quiero hablar con alguien", "token [Rosa Peralta] ?[]"},
		{"words that were written as one", "pasame eltokendecarlos", "token [Carlos Ruiz] ?[]"},
		{"words that were written as one", "nome lo toman", "rejected [] ?[]"},
		{"an unknown name is one word", "token de notoman", "token [] ?[notoman]"},
		{"who comes along is not meant", "juana me acompaña, el token de tomás", "token [Tomás Ruiz] ?[]"},
		{"who goes is meant", "juana vino pero la que se atiende es mi mamá, token", "token [Rosa Peralta] ?[]"},
		{"what can wait is not wanted now", "el de juana después, ahora el de tomás", "token [Tomás Ruiz] ?[]"},
		{"an order is no delay", "primero el mío, el de juana después", "token [María Elena Gómez Juana Ruiz] ?[]"},
		{"none at all is a no", "no me des ningún token", "none [] ?[]"},
		{"who passed it on may stand between", "mi marido dice que el token que le pasé no le anda", "rejected [] ?[]"},
		{"a question about tokens wants none", "el token se comparte entre toda la familia?", "faq [] ?[]"},
		{"a question about tokens wants none", "me atienden sin token?", "faq [] ?[]"},
		{"a question may be a request", "cuál es el token de juana?", "token [Juana Ruiz] ?[]"},
		{"any word is no name", "perdí la carterita dame el token", "token [] ?[]"},
		{"a verb is no name", "token para agilizar", "token [] ?[]"},
		{"a slip of a yes is none", "buena", "none [] ?[]"},
		{"no and a comma may be before a request", "no, el token", "token [] ?[] no"},
		{"no is no, with what is not wanted after it", "no token gracias", "none [] ?[] no"},
		{"politeness after a request", "para tomás, gracias", "token [Tomás Ruiz] ?[]"},
		{"a name beside what we do not know is not given", "tomás y brnx", "none [] ?[]"},
		{"a full stop that was dictated is no name", "token de juana punto", "token [Juana Ruiz] ?[]"},
		{"so is a comma", "token de juana coma por favor", "token [Juana Ruiz] ?[]"},
		{"a relative who is missing is a matter of affiliation", "no me aparece mi hijo", "faq [] ?[]"},
		{"but a token that does not show is requested", "no me aparece el token de mi hija", "token [Juana Ruiz] ?[]"},
		{"an app that closes is a case for a person", "la app se cierra sola", "help [] ?[]"},
		{"a double name is one", "token de maria juana", "token [] ?[maria juana]"},
		{"a double name is one", "token de juana maria", "token [] ?[juana maria]"},
		{"a date is no count", "preimpresos 12/2026 para rosa", "preprint [Rosa Peralta] ?[] x0 @2026-12"},
		{"an age is no count", "preimpresos para mi hijo de 12 años", "preprint [Tomás Ruiz] ?[]"},
		{"of two counts none is taken", "preimpresos 5 o 10 para juana", "preprint [Juana Ruiz] ?[]"},
		{"a month that is over is next year's", "preimpresos de marzo", "preprint [] ?[] x0 @2027-03"},
		{"a cousin is no month", "preimpresos para mi primo julio", "preprint [] ?[julio]"},
		{"who told is not whom it is for", "me dijo mi hijo que pida el token", "token [] ?[]"},
		{"who told is not whom it is for", "dice tomás que te pida el token de juana", "token [Juana Ruiz] ?[]"},
		{"who passes a request on is not whom it is for", "mi hermano me pide el token de mi mamá", "token [Rosa Peralta] ?[]"},
		{"a clause may stand between", "mi hijo que entiende de esto me dijo que escriba token", "token [] ?[]"},
		{"but whom a thing is asked of needs it", "mi hijo pide el token", "token [Tomás Ruiz] ?[]"},
		{"somebody of a place is no relative", "token para la señora del mostrador", "token [] ?[]"},
		{"the teacher of a child is no child", "la maestra de tomás me pide el token de tomás", "token [Tomás Ruiz] ?[]"},
		{"who is there is meant by a pronoun", "estoy con tomás en la guardia y le piden el token", "token [Tomás Ruiz] ?[]"},
		{"of two who were given the wanted one counts", "ese es de juana, yo quería el de tomás", "token [Tomás Ruiz] ?[]"},
		{"a correction takes back", "pedí el de tomás pero era el de juana", "token [Juana Ruiz] ?[]"},
		{"a verb of wanting anchors", "era el de juana no el de tomás", "token [Juana Ruiz] ?[]"},
		{"what is not needed is not given", "el de juana no hace falta, el de carlos sí", "token [Carlos Ruiz] ?[]"},
		{"instead of one another", "en vez de rosa carlos", "token [Carlos Ruiz] ?[]"},
		{"neither the one nor", "no para juana sino para rosa", "token [Rosa Peralta] ?[]"},
		{"the holder is known", "el token del titular", "token [María Elena Gómez] ?[]"},
		{"a no over the giving gives nothing", "no saques el token de juana todavía", "none [] ?[]"},
		{"a no over the giving gives nothing", "no me mandes más tokens", "none [] ?[]"},
		{"a no over the giving gives nothing", "no hace falta el token", "none [] ?[]"},
		{"a no at the end gives nothing", "el token no", "none [] ?[]"},
		{"what is not wanted to happen does not", "no quiero que este chat le dé tokens a mi ex", "none [] ?[]"},
		{"an hour is no count", "tengo turno a las 8, tokens impresos para rosa", "preprint [Rosa Peralta] ?[]"},
		{"a counter's number is no count", "estoy en la ventanilla 4, token", "token [] ?[]"},
		{"a plain request beats a complaint", "no anda la app, me pasan el token?", "token [] ?[]"},
		{"far words are one phrase", "probaron como tres veces en la farmacia y nada", "rejected [] ?[]"},
		{"a token and somebody else's are two", "el token y también el de juana", "token [María Elena Gómez Juana Ruiz] ?[]"},
		{"the insurer is left, not the chat", "quiero dar de baja la obra social", "faq [] ?[]"},
		{"what one is not asked to close stays", "no cierres la sesión", "none [] ?[]"},
		{"the grandmother of the children is my mother or the other one", "el de la abuela de los chicos", "token [Rosa Peralta] ?[]"},
		{"the father of the children lives with me", "el padre de los chicos necesita el token", "token [Carlos Ruiz] ?[]"},
		{"but their mother is the speaker", "el token de la madre de los chicos", "token [] ?[madre de los chicos]"},
		{"the brother of one child is the other", "el token del hermano de juana", "token [Tomás Ruiz] ?[]"},
		{"a daughter of a daughter may be somebody else", "el token de la hija de juana", "token [] ?[hija de juana]"},
		{"a pronoun tells one of two", "juana y tomás están acá, necesito el token de él", "token [Tomás Ruiz] ?[]"},
		{"a pronoun tells one of two", "tomás y mi mamá vinieron conmigo, dame el token de ella", "token [Rosa Peralta] ?[]"},
		{"but not one of two women", "juana y mi mamá están acá, necesito el token de ella", "token [] ?[]"},
		{"to me is who wants", "ese es el de juana, a mí me hace falta el de tomás", "token [Tomás Ruiz] ?[]"},
		{"what is asked of somebody is for them", "a mi marido y a mí nos piden el token", "token [Carlos Ruiz María Elena Gómez] ?[]"},
		{"what is taken back is not wanted", "dejá el de mi mamá y pasame el de carlos", "token [Carlos Ruiz] ?[]"},
		{"whoever is cared for is not whom it is for", "token para la señora que lleva a mi nieta", "token [] ?[]"},
		{"a verb in the past is no name", "juana aprobó matemática", "none [] ?[]"},
		{"a postponed mine is no name", "el token de la hermana mía", "token [] ?[hermana]"},
		{"a better number takes the first one back", "ocho preimpresos para juana, no, mejor tres", "preprint [Juana Ruiz] ?[] x3 @"},
		{"a doubt that is asked is a question", "si pido un token nuevo el otro sirve?", "faq [] ?[]"},
		{"a doubt that is asked is a question", "qué pasa si pierdo la hoja?", "faq [] ?[]"},
		{"two to choose from is a question", "en la farmacia va mi token o el de mi mamá?", "faq [] ?[]"},
		{"what it is needed for is a question", "necesito token para hacerme una placa?", "faq [] ?[]"},
		{"thanks for a token want none", "gracias, el token que me pasaste era ese", "thanks [] ?[]"},
		{"a no in several words is one", "no, nada, dejalo así", "cancel [] ?[]"},
		{"an article may mean the child's relative", "juana está con la abuela, pasame el token de la abuela", "token [Rosa Peralta] ?[]"},
		{"an article may mean the child's relative", "mi hija me pide el token del hermano", "token [Tomás Ruiz] ?[]"},
		{"without a child before it is asked", "el token del hermano", "token [] ?[hermano]"},
		{"several who ask are not the one who is treated", "mi hijo tiene turno con el oculista y me piden el token", "token [Tomás Ruiz] ?[]"},
		{"one who asks is not whom it is for", "mi hijo tiene turno y me pide el token", "token [] ?[]"},
		{"what was used is followed by another", "el de rosa ya se usó, ahora va el de carlos", "token [Carlos Ruiz] ?[]"},
		{"one for each is not for all", "mi hija y yo queremos un token cada una", "token [Juana Ruiz María Elena Gómez] ?[]"},
		{"who the three are must be asked", "somos tres, un token cada uno", "token [] ?[]"},
		{"theirs is of the one who was told of", "mi mamá está con fiebre, pasame lo de ella", "token [Rosa Peralta] ?[]"},
		{"a denied pronoun does not count", "juana y tomás van al médico, pasame el de él y no el de ella", "token [Tomás Ruiz] ?[]"},
		{"who hesitates is asked", "juana y tomás van al médico, dame el de ella, ay no sé", "token [] ?[]"},
		{"another one for it is another token", "el de tomás lo quiero cambiar por otro", "another [Tomás Ruiz] ?[]"},
		{"another thing is none", "quiero cambiar al pediatra por otro médico", "faq [] ?[]"},
		{"a token that is not wanted any more is not given", "el token no lo quiero más", "none [] ?[]"},
		{"the hours are asked, and no person", "hasta qué hora atiende mesa de ayuda", "faq [] ?[]"},
		{"a sheet is for whom it says", "una hoja para mamá", "preprint [Rosa Peralta] ?[]"},
		{"who asks is also for whom", "mi suegra me pide que le saque el token", "token [] ?[suegra]"},
		{"who asks is also for whom", "tomás quiere que le busque el token", "token [Tomás Ruiz] ?[]"},
		{"but not if it is handed to somebody", "mi marido dice que le pase el token", "token [] ?[]"},
		{"nor if another one is named", "mi vieja me pide que le saque el token a juana", "token [Juana Ruiz] ?[]"},
		{"a relative who writes is no fraud", "mi hija me escribió que le pase el token", "token [] ?[]"},
		{"staff who asks does not take the place of the patient", "juana está internada y la del hospital me pide el token", "token [Juana Ruiz] ?[]"},
		{"the father of a child that is denied", "no es para tomás, es para el padre", "token [Carlos Ruiz] ?[]"},
		{"theirs is a relative of the one before", "ese es el de tomás, yo quería el de su hermana", "token [Juana Ruiz] ?[]"},
		{"a lady before a kinship is none", "mi señora madre necesita el token", "token [Rosa Peralta] ?[]"},
		{"one of several must be asked", "el token de uno de mis hijos", "token [] ?[]"},
		{"who has one needs none", "dame el mío, que juana ya tiene", "token [María Elena Gómez] ?[]"},
		{"one or another must be asked", "dame el token de juana o el de tomás", "token [] ?[]"},
		{"who comes another day is told of", "juana va otro día, hoy voy yo, mi token", "token [María Elena Gómez] ?[]"},
		{"the youngest is a child", "el token de la más chica", "token [Juana Ruiz] ?[]"},
		{"but not if another word says who", "el token de mi nieta la más chica", "token [Lucía Ruiz] ?[]"},
		{"several are meant by them", "tomás y mi mamá van al dentista, los tokens de ellos", "token [Tomás Ruiz Rosa Peralta] ?[]"},
		{"where one fell is nobody", "tomás se cayó de la hamaca y le piden el token", "token [Tomás Ruiz] ?[]"},
		{"words that were written as one", "pasameel token dela nena", "token [Juana Ruiz] ?[]"},
		{"but a name stays whole", "token de delia", "token [] ?[delia]"},
		{"what was shown to others is changed for its owner", "rosa publicó su número, cambiáselo", "another [Rosa Peralta] ?[]"},
		{"a token that is told of is not wanted", "juana le mostró el token a una compañera", "none [] ?[]"},
		{"nor one that is there", "ya tengo el token", "none [] ?[]"},
		{"a new one for one, today's for another", "a rosa cambiale el token y a juana dale el de hoy", "another [Rosa Peralta] ?[]; token [Juana Ruiz] ?[]"},
		{"what is dropped first is not wanted", "dejalo, voy mañana temprano", "cancel [] ?[]"},
		{"twice may be how often it failed", "el de rosa rebotó dos veces", "rejected [Rosa Peralta] ?[]"},
		{"a token that is something is asked about", "el token es personal?", "faq [] ?[]"},
		{"a number on paper is a sheet", "mi mamá hace kinesio, preparale siete en papel", "preprint [Rosa Peralta] ?[] x7 @"},
		{"a request before a person is granted", "dame el token de rosa y después quiero hablar con alguien", "token [Rosa Peralta] ?[]"},
		{"why and for whom are two", "escribo por mi mamá que no entiende, necesita el token", "token [Rosa Peralta] ?[]"},
		{"both are who was named", "juana y tomás con fiebre, dame los tokens de ambos", "token [Juana Ruiz Tomás Ruiz] ?[]"},
		{"mine is not told of", "el oculista me exige mi token", "token [María Elena Gómez] ?[]"},
		{"a subject is no address", "mamá quedó internada y piden el token de ella", "token [Rosa Peralta] ?[]"},
		{"a sigh before a no", "el token de rosa, ay no, el de juana", "token [Juana Ruiz] ?[]"},
		{"who does not come is not meant", "rosa no va, dame nomás el token de carlos", "token [Carlos Ruiz] ?[]"},
		{"staff speaks of its own people", "soy la farmacéutica, el token que le diste a la señora no valida", "rejected [] ?[]"},
		{"who is not attended to is meant", "vine con tomás al dentista y sin el token no lo atienden", "token [Tomás Ruiz] ?[]"},
		{"a pronoun of the other sex is not them", "mi marido dice que le pase el token de ella", "token [] ?[]"},
		{"one who takes another along is not meant", "mi hermana la lleva a rosa al oculista, necesito su token", "token [Rosa Peralta] ?[]"},
		{"of two of one sex neither is taken", "mi mamá está con juana, dame el token de ella", "token [] ?[]"},
		{"a token that was refused is no fraud", "le pasé el token de rosa y le figura vencido", "rejected [Rosa Peralta] ?[]"},
		{"a token for staff is no fraud", "le di el token de rosa a la secretaria y dice que no existe", "rejected [Rosa Peralta] ?[]"},
		{"mine is used, the next is wanted", "el mío ya lo usé, pasame el de juana", "token [Juana Ruiz] ?[]"},
		{"what must not happen does not", "ni se te ocurra darle el token a mi suegra", "none [] ?[]"},
		{"a duty that is asked is a question", "para una guardia también piden token?", "faq [] ?[]"},
		{"a relative who is said twice is one", "acompaño a mi suegra, el token de mi suegra", "token [] ?[suegra]"},
		{"a story without signal asks nothing", "mi mamá se quedó sin batería, pasame el token de ella", "token [Rosa Peralta] ?[]"},
		{"leaving may be wanted", "quiero darme de baja de ioma porque me mudo", "faq [] ?[]"},
		{"a choice of two is asked", "otro token o persona?", "none [] ?[] unclear"},
		{"who is not joined to the one before is asked about", "el token de juana está vencido para el de rosa", "rejected [] ?[]"},
		{"who is not joined to the one before is asked about", "juana me espera afuera, necesito el token de carlos para entrar", "token [Carlos Ruiz] ?[]"},
		{"joined people are both meant", "el token de juana, además uno para carlos y el de mi mamá", "token [Juana Ruiz Carlos Ruiz Rosa Peralta] ?[]"},
		{"mine behind a person is whose", "el hijo mío tiene fiebre, mandame su token", "token [Tomás Ruiz] ?[]"},
		{"mine behind a person is whose", "el más chico mío tiene fiebre, pasame su token", "token [Tomás Ruiz] ?[]"},
		{"whose phone it is says nothing", "el teléfono es de rosa, el token es para carlos", "token [Carlos Ruiz] ?[]"},
		{"whose phone it is says nothing", "el celular es mío, el token es para carlos", "token [Carlos Ruiz] ?[]"},
		{"only one of them must be asked", "mis hijos están acá pero va uno solo, pasame el token", "token [] ?[]"},
		{"only one of them must be asked", "el token de mis hijos, de uno de los dos", "token [] ?[]"},
		{"a text may end there", "el token de mis hijos, uno de", "token [Juana Ruiz Tomás Ruiz] ?[]"},
		{"who dictates may mean themselves", "me dicta mi mamá: el token es para mí", "token [] ?[]"},
		{"who dictates may mean themselves", "yo escribo y me dictan, necesito mi token", "token [] ?[]"},
		{"who is insured may be unknown", "token para la afiliada ruiz", "token [] ?[ruiz]"},
		{"what others may do is a question", "pueden robar mi token?", "faq [] ?[]"},
		{"what is not to be changed is not given", "no me cambies el token que lo anoté", "none [] ?[]"},
		{"the one that came is not the one that was asked for", "te dije juana y me mandás el de tomás", "token [Juana Ruiz] ?[]"},
		{"who has nothing to do with it is not meant", "qué tiene que ver tomás, pedí el mío", "token [María Elena Gómez] ?[]"},
		{"a better number takes the first one back", "tres impresos para mi mamá, no pará, seis", "preprint [Rosa Peralta] ?[] x6 @"},
		{"several are those who are named behind them", "llevo a los dos abuelos, rosa y carlos, los tokens de ambos", "token [Rosa Peralta Carlos Ruiz] ?[]"},
		{"words written in haste are the words", "tmb el d rosa xq va al medico", "token [Rosa Peralta] ?[]"},
		{"many tokens are on paper", "10 tokens para mamá", "preprint [Rosa Peralta] ?[] x10 @"},
	} {
		l := labelled{text: c.text, group: familyA, self: "1"}
		if got := l.run(u).String(); got != c.want {
			t.Errorf("%s: %q is understood as %q, want %q", c.rule, c.text, got, c.want)
		}
	}
}

// Requests of several kinds are told apart, in their order.
func TestRequests(t *testing.T) {
	u := newParser(t)
	for text, want := range map[string]string{
		"necesito el token mío y una hoja de 10 para mi mamá": "token [María Elena Gómez]; preprint [Rosa Peralta] x10",
		"anulá la hoja de mamá y haceme una nueva de 5":       "preprint [Rosa Peralta]; preprint [Rosa Peralta] x5",
		"quiero otro token de juana y la credencial de tomás": "another [Juana Ruiz]; token [Tomás Ruiz]",
		"5 preimpresos para juana y 10 para mi mamá":          "preprint [Juana Ruiz] x5; preprint [Rosa Peralta] x10",
		"no me anda el token, dame otro":                      "rejected []",
		"anulá el 7 de la hoja y el 8":                        "preprint []",
		"preimpresos 12/2026 para rosa":                       "preprint [Rosa Peralta]",
		"token de juana y de tomás":                           "token [Juana Ruiz Tomás Ruiz]",
		"el token de juana y una hoja de 4 para ella":         "token [Juana Ruiz]; preprint [Juana Ruiz] x4",
		"el token de tomás y una hoja de 4 para ella":         "token [Tomás Ruiz]; preprint [] x4",
		"seis para juana y cuatro para tomás, impresos":       "preprint [Juana Ruiz] x6; preprint [Tomás Ruiz] x4",
		"el mío y una hoja de 4 para mamá":                    "token [María Elena Gómez]; preprint [Rosa Peralta] x4",
		"cinco impresos para juana y otros cinco para carlos": "preprint [Juana Ruiz] x5; preprint [Carlos Ruiz] x5",
		"el de juana y el de tomás impresos":                  "preprint [Juana Ruiz Tomás Ruiz]",
		"el de juana, otro token":                             "another [Juana Ruiz]",
		"credencial y token de juana":                         "token [Juana Ruiz]",
	} {
		one := u.Understand(text, Speaker{Group: familyA, Self: "1"}, said)
		var got []string
		for _, w := range append([]Understanding{one}, one.Also...) {
			part := fmt.Sprintf("%s %v", w.Intent, w.People)
			if w.Count > 0 {
				part += fmt.Sprintf(" x%d", w.Count)
			}
			got = append(got, part)
		}
		if strings.Join(got, "; ") != want {
			t.Errorf("%q is %s, want %s", text, strings.Join(got, "; "), want)
		}
	}
}

func TestSlips(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"token", "token", 0}, {"tokn", "token", 1}, {"tokem", "token", 1}, {"otken", "token", 1}, {"tukan", "token", 3},
		{"prinpreso", "preinpreso", 1}, {"prinpresso", "preinpreso", 2}, {"rpeinpreos", "preinpreso", 2}, {"preinpresoab", "preinpreso", 2},
		{"abpreinpreso", "preinpreso", 2}, {"abcdefgh", "abcxyzgh", 3}, {"", "token", 3}, {"a", "", 1},
	} {
		if got := editDistance(c.a, c.b); got != c.want && !(c.want == 3 && got > 2) {
			t.Errorf("%q and %q: %d slips, want %d", c.a, c.b, got, c.want)
		}
	}
	for word, want := range map[string]int{"token": 1, "rebotado": 1, "preinpreso": 2} {
		if got := maxDistance(word); got != want {
			t.Errorf("%q may have %d slips, want %d", word, got, want)
		}
	}
}

// "Tío" and "vecina" are different kinships, and a name has a bounded length.
func TestRefs(t *testing.T) {
	u := newParser(t)
	a, b := u.Parse("token de mi tío").Refs, u.Parse("token de mi vecina").Refs
	if len(a) != 1 || len(b) != 1 || a[0].Kind != RefKin || slices.Equal(a[0].Words, b[0].Words) {
		t.Errorf("an uncle is %v, a neighbour %v", a, b)
	}
	for _, r := range u.Parse(strings.Repeat("de xq ", 150)).Refs {
		if len(r.Words) > 12 {
			t.Errorf("a name of %d words", len(r.Words))
		}
	}
}

// A word that is in no list is a name wherever it stands if a member has that name; otherwise it is a word.
func TestANameThatOnlyTheGroupKnows(t *testing.T) {
	u := newParser(t)
	g := backend.Group{Own: "1", Members: []backend.Member{{ID: "1", Name: "María Gómez", Kinship: "titular"}, {ID: "2", Name: "Xulqui Pérez", Kinship: "hija"}}}
	const text = "dame el token porque xulqui está mal"
	if u := u.Understand(text, Speaker{Group: g, Self: "1"}, said); !slices.Equal(u.People, []string{"Xulqui Pérez"}) {
		t.Errorf("%+v", u)
	}
	if u := u.Understand(text, Speaker{Group: familyA, Self: "1"}, said); len(u.People)+len(u.Unknown) > 0 {
		t.Errorf("%+v", u)
	}
}

// The explanation names each phrase and its outcome.
func TestWhy(t *testing.T) {
	u := newParser(t)
	why := strings.Join(u.explain(u.Parse("no quiero otro token, quiero el mismo")), "\n")
	for _, want := range []string{`another 74 "otro <token>" words 3-4: negated`, `same 64 "el mismo" words 6-7: counts`} {
		if !strings.Contains(why, want) {
			t.Errorf("%q is not in\n%s", want, why)
		}
	}
}
