#!/usr/bin/env python3
"""Fits the coefficients of passes/math_*.cpp and prints them with the error each fit reaches.

Needs mpmath (pip install mpmath). Every approximation is `target(x) ~ N(z) / D(z)`, fitted for the largest weighted error
by Lawson's iteration (reweighted least squares on Chebyshev points, C. L. Lawson 1961), with the denominator of the last
iterate as the weight of a quotient (Loeb 1957). Coefficients are rounded to the format one by one, lowest first, and the
others are fitted again after each, so that the rounding of one is made good by the next.
"""
import struct

import mpmath as mp

mp.mp.prec = 200
F32, F64 = 24, 53  # bits of precision


def rounded(value, bits):
    return mp.mpf(struct.unpack("f", struct.pack("f", float(value)))[0]) if bits == F32 else mp.mpf(float(value))


def nodes(low, high, count):
    middle, half = (mp.mpf(low) + high) / 2, (mp.mpf(high) - low) / 2
    return [middle + half * mp.cos(mp.pi * (2 * i + 1) / (2 * count)) for i in range(count)]


def fit(target, weight, low, high, numerator, denominator=0, bits=F32, unit=1, rounds=12):
    """Coefficients of N (`numerator` of them) and of D after its first, which is `unit` (`denominator`), and the largest error."""
    points = nodes(low, high, 12 * (numerator + denominator) + 40)
    values = [target(z) for z in points]
    base = [weight(z) for z in points]
    size = numerator + denominator
    fixed = {}
    order = [i for pair in range(max(numerator, denominator))
             for i in ([pair] if pair < numerator else []) + ([numerator + pair] if pair < denominator else [])]
    powers = [[z**i for i in range(max(numerator, denominator + 1))] for z in points]
    rows = [[p[i] for i in range(numerator)] + [-v * p[i + 1] for i in range(denominator)] for p, v in zip(powers, values)]
    solution = None
    for step in range(size + 1):
        lawson = [mp.mpf(1)] * len(points)
        bottom = [mp.mpf(1)] * len(points)
        if solution is not None:
            bottom = [unit + sum(solution[numerator + i] * p[i + 1] for i in range(denominator)) for p in powers]
        free = [i for i in range(size) if i not in fixed]
        for _ in range(rounds if free else 0):
            a = mp.matrix(len(points), len(free))
            b = mp.matrix(len(points), 1)
            for r in range(len(points)):
                scale = mp.sqrt(lawson[r]) * base[r] / bottom[r]
                for c, i in enumerate(free):
                    a[r, c] = rows[r][i] * scale
                b[r] = (values[r] * unit - sum(rows[r][i] * fixed[i] for i in fixed)) * scale
            x = mp.lu_solve(a.T * a, a.T * b)
            solution = [fixed.get(i) for i in range(size)]
            for c, i in enumerate(free):
                solution[i] = x[c]
            bottom = [unit + sum(solution[numerator + i] * p[i + 1] for i in range(denominator)) for p in powers]
            error = [abs(sum(row[i] * solution[i] for i in range(size)) - v * unit) * w / d
                     for row, v, w, d in zip(rows, values, base, bottom)]
            top = max(error)
            lawson = [l * (e / top + mp.mpf(2) ** -30) for l, e in zip(lawson, error)]
            total = max(lawson)
            lawson = [l / total for l in lawson]
        if step < size:
            fixed[order[step]] = rounded(solution[order[step]], bits)
    solution = [fixed[i] for i in range(size)]
    bottom = [unit + sum(solution[numerator + i] * p[i + 1] for i in range(denominator)) for p in powers]
    worst = max(abs(sum(row[i] * solution[i] for i in range(size)) - v * unit) / d * w
                for row, v, w, d in zip(rows, values, base, bottom))
    return solution, worst


def show(name, target, weight, low, high, numerator, denominator=0, bits=F32, unit=1):
    solution, worst = fit(target, weight, low, high, numerator, denominator, bits, unit)
    print(f"// {name}: largest weighted error 2^{float(mp.log(worst, 2)):.1f}")
    parts = [solution[:numerator]] + ([[mp.mpf(unit)] + solution[numerator:]] if denominator else [])
    for part in parts:
        print("  {" + ", ".join(literal(c) for c in part) + "},")


def literal(value):
    """A hexadecimal C++ literal without trailing zeros."""
    digits, exponent = float(value).hex().split("p")
    digits = digits.rstrip("0").rstrip(".") if "." in digits else digits
    return f"{digits}p{int(exponent)}"


def odd_tail(function):
    """P with function(x) = x + x^3 P(x^2), as a function of z = x^2."""
    def tail(z):
        x = mp.sqrt(z)
        return (function(x) - x) / (x * z)
    return tail


def odd_weight(function):
    def weight(z):
        x = mp.sqrt(z)
        return x * z / function(x)
    return weight


def main():
    half_ln2 = mp.log(2) / 2 * mp.mpf("1.01")
    for bits, count in ((F32, 5), (F64, 11)):
        show(f"exp f{32 if bits == F32 else 64}", lambda r: (mp.exp(r) - 1 - r) / r**2, lambda r: r**2 / mp.exp(r), -half_ln2, half_ln2, count, bits=bits)
    widest = ((mp.sqrt(2) - 1) / (mp.sqrt(2) + 1))**2 * mp.mpf("1.01")
    series = lambda z: (2 * mp.atanh(mp.sqrt(z)) / mp.sqrt(z) - 2) / z
    for bits, count in ((F32, 4), (F64, 7)):
        show(f"log f{32 if bits == F32 else 64}", series, lambda z: z / 2, 0, widest, count, bits=bits)
    show("log for pow f64", lambda z: (series(z) - mp.mpf(2) / 3) / z, lambda z: z**2 / 2, 0, widest, 7, bits=F64)
    quarter = (mp.pi / 4)**2 * mp.mpf("1.06")
    for bits, sine, cosine in ((F32, 4, 3), (F64, 7, 6)):
        show(f"sin f{32 if bits == F32 else 64}", odd_tail(mp.sin), odd_weight(mp.sin), 0, quarter, sine, bits=bits)
        show(f"cos f{32 if bits == F32 else 64}", lambda z: (mp.cos(mp.sqrt(z)) - 1 + z / 2) / z**2, lambda z: z**2 / mp.cos(mp.sqrt(z)), 0,
             quarter, cosine, bits=bits)
    for function, high, single, double in ((mp.asin, "0.2501", 5, 13), (mp.atan, "1", 9, 20), (mp.sinh, "1", 4, 7)):
        for bits, count in ((F32, single), (F64, double)):
            show(f"{function.__name__} f{32 if bits == F32 else 64}", odd_tail(function), odd_weight(function), 0, mp.mpf(high), count, bits=bits)
    whole = lambda function: (lambda z: function(mp.sqrt(z)) / mp.sqrt(z), lambda z: mp.sqrt(z) / function(mp.sqrt(z)))
    show("tanh f32", *whole(mp.tanh), 0, 81, 5, 5)
    show("tanh f64", odd_tail(mp.tanh), odd_weight(mp.tanh), 0, mp.mpf("0.3026"), 12, bits=F64)
    # With this first coefficient of the denominator, 2 / sqrt(pi) times it is nearly an f32 too.
    show("erf f32", *whole(mp.erf), 0, mp.mpf("3.93")**2, 6, 6, unit=mp.mpf("1.46240234375"))
    show("erf f64", lambda z: mp.erf(mp.sqrt(z)) / mp.sqrt(z) - 1, whole(mp.erf)[1], 0, 1, 13, bits=F64)
    x_of = lambda t: (1 / t - 1) * 2
    show("erfc f64", lambda t: mp.exp(x_of(t)**2) * mp.erfc(x_of(t)), lambda t: mp.exp(-x_of(t)**2) / mp.erf(x_of(t)),
         mp.mpf(1) / 4, mp.mpf(2) / 3, 15, bits=F64)
    show("log2 for pow f32", lambda z: whole(mp.atanh)[0](z) * 2 / mp.log(2), lambda z: whole(mp.atanh)[1](z) / 2 * mp.log(2),
         0, widest, 6, bits=F64)
    show("exp2 for pow f32", lambda f: mp.mpf(2)**f, lambda f: mp.mpf(2)**-f, -mp.mpf("0.501"), mp.mpf("0.501"), 7, bits=F64)


if __name__ == "__main__":
    main()
