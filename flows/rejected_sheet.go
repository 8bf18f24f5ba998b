package flows

import (
	"slices"

	"llave/bot"
	"llave/flows/backend"
	"llave/flows/nlu"
)

// onSheets says what became of the numbers of a sheet that were not accepted, or which of them can still be used.
func (d rejectedDialog) onSheets(a effectAnswer) {
	p := *a.Paper
	d.mem.Group = p.Group
	if d.r == nil {
		d.leave()
		return
	}
	member, _ := p.Group.Member(p.Member)
	data := d.paperState(p, d.r.Numbers)
	data.Member = member
	d.move("told")
	d.came(nlu.IntentRejected, outcomeReplied, p.Member)
	d.reset()
	d.offer(bot.Say, "rejected.paper", data, choices("token", "help")...)
}

// paperState is what is known of the tokens with some numbers; of all if there are none.
func (d *dialog) paperState(p backend.Preprints, numbers []int) paperStateData {
	var data paperStateData
	var left, void []int
	for _, s := range p.Sheets {
		for _, k := range s.Tokens {
			asked := slices.Contains(numbers, k.Number)
			switch {
			case k.Live():
				left = append(left, k.Number)
			case asked && !k.UsedAt.IsZero():
				data.Used = append(data.Used, usedData{k.Number, d.texts.ShortDay(k.UsedAt), d.texts.Hour(k.UsedAt)})
			case asked:
				void = append(void, k.Number)
			}
		}
	}
	data.None = len(p.Sheets) == 0
	good := slices.DeleteFunc(slices.Clone(left), func(n int) bool { return !slices.Contains(numbers, n) })
	data.Good, data.Void, data.Left = d.texts.Numbers(good), d.texts.Numbers(void), d.texts.Numbers(left)
	data.Unknown = len(numbers) > 0 && len(good)+len(void)+len(data.Used) == 0
	return data
}

// paperStateData is the data of that text. Good, Void and Left are lists of numbers.
type paperStateData struct {
	Member           backend.Member
	Used             []usedData
	Good, Void, Left string
	None, Unknown    bool
}

type usedData struct {
	Number    int
	Day, Hour string
}
