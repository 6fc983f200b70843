package curve

import "math"

// The rules people use today, implemented plainly, on hourly to minutely
// means: at most 240 points per run, the first tenth dropped, as their users do.
const (
	peerOLS = iota
	peerMannKendall
	peerHamedRao
	peerThreshold
	peerRises
	peerBackward
	peerPredict
	peerCount
)

var peerNames = [peerCount]string{
	"OLS slope", "Mann-Kendall and Sen", "Hamed-Rao", "> 10 % and > 20 MB", "five rises", "backward regression", "predict_linear",
}

// peers asks every rule at its nominal 5 %.
func (d *draw) peers() [peerCount]bool {
	m := max(1, len(d.t)/240)
	var t, y []float64
	for i := 0; i+m <= len(d.t); i += m {
		var st, sy float64
		for k := i; k < i+m; k++ {
			st, sy = st+d.t[k]/float64(m), sy+d.y[k]/float64(m)
		}
		t, y = append(t, st), append(y, sy)
	}
	cut := len(t) / 10
	t, y = t[cut:], y[cut:]
	var out [peerCount]bool
	_, slope := line(t, y)
	out[peerOLS] = slope > 0 && olsT(t, y) > 1.96
	s, variance := kendall(y)
	sen := Sen(t, y).Estimate
	out[peerMannKendall] = sen > 0 && (s-1)/math.Sqrt(variance) > 1.96
	out[peerHamedRao] = sen > 0 && (s-1)/math.Sqrt(variance*hamedRao(t, y, sen)) > 1.96
	k := max(1, len(y)/10)
	first, last := Median(y[:k]), Median(y[len(y)-k:])
	out[peerThreshold] = last > 1.1*first && last-first > 20e6
	out[peerRises] = fiveRises(y)
	out[peerBackward] = backward(t, y, d.limit)
	out[peerPredict] = predict(t, y, d.limit)
	return out
}

// olsT is the slope over its standard error as if the noise were white.
func olsT(t, y []float64) float64 {
	level, slope := line(t, y)
	var rss, tt, mt float64
	for _, x := range t {
		mt += x / float64(len(t))
	}
	for i := range t {
		e := y[i] - level - slope*t[i]
		rss, tt = rss+e*e, tt+(t[i]-mt)*(t[i]-mt)
	}
	return slope / math.Sqrt(rss/float64(len(t)-2)/tt)
}

// kendall is Mann's S with its variance under independence (Mann 1945).
func kendall(y []float64) (s, variance float64) {
	for i := range y {
		for j := range i {
			s += sign(y[i] - y[j])
		}
	}
	n := float64(len(y))
	return s, n * (n - 1) * (2*n + 5) / 18
}

func sign(x float64) float64 {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return 0
}

// hamedRao is the factor by which autocorrelated ranks widen the variance
// (Hamed and Rao, Journal of Hydrology 204, 1998).
func hamedRao(t, y []float64, slope float64) float64 {
	n := len(y)
	e := make([]float64, n)
	for i := range y {
		e[i] = y[i] - slope*t[i]
	}
	ranks := make([]float64, n)
	for i := range e {
		for j := range e {
			ranks[i] += 0.5 * (1 + sign(e[i]-e[j]))
		}
		ranks[i] -= float64(n) / 2
	}
	var c0, sum float64
	for _, x := range ranks {
		c0 += x * x
	}
	for k := 1; k < n-2; k++ {
		c := 0.0
		for i := k; i < n; i++ {
			c += ranks[i] * ranks[i-k]
		}
		if rho := c / c0; math.Abs(rho) > 1.96/math.Sqrt(float64(n)) {
			m := float64(n - k)
			sum += m * (m - 1) * (m - 2) * rho
		}
	}
	f := float64(n)
	return math.Max(1+2/(f*(f-1)*(f-2))*sum, 0.05)
}

// fiveRises is memwatch's rule: the level after a collection, here each local
// minimum, rose five times in a row.
func fiveRises(y []float64) bool {
	run, last := 0, math.Inf(1)
	for i := 1; i+1 < len(y); i++ {
		if y[i] > y[i-1] || y[i] > y[i+1] {
			continue
		}
		if run++; y[i] <= last {
			run = 0
		}
		if last = y[i]; run >= 5 {
			return true
		}
	}
	return false
}

// backward is Precog's idea: if some stretch that ends now is a straight rise
// that leads to the wall within a week, it leaks.
func backward(t, y []float64, limit float64) bool {
	if limit == 0 {
		limit = 2 * y[0]
	}
	for n := len(y); n >= max(10, len(y)/10); n = n * 3 / 4 {
		tt, yy := t[len(t)-n:], y[len(y)-n:]
		level, slope := line(tt, yy)
		var rss, tss, mean float64
		for _, v := range yy {
			mean += v / float64(n)
		}
		for i := range yy {
			e := yy[i] - level - slope*tt[i]
			rss, tss = rss+e*e, tss+(yy[i]-mean)*(yy[i]-mean)
		}
		if tss > 0 && 1-rss/tss > 0.8 && slope > 0 && (limit-yy[n-1])/slope < 7*day {
			return true
		}
	}
	return false
}

// predict is Prometheus's usual alert: a line through the last tenth leads to
// the limit (or to twice the start) within a day.
func predict(t, y []float64, limit float64) bool {
	if limit == 0 {
		limit = 2 * y[0]
	}
	k := max(2, len(t)/10)
	level, slope := line(t[len(t)-k:], y[len(y)-k:])
	return level+slope*(t[len(t)-1]+day) > limit
}
