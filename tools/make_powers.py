#!/usr/bin/env python3
"""Writes lib/base/powers_table.h: the powers of ten that reading and printing doubles need.

    tools/make_powers.py > lib/base/powers_table.h

Each power 10^e is its 128 leading bits, rounded down: 2^127 <= g <= 10^e / 2^r < g + 1. The range is what
Eisel-Lemire (-342..308) and Schubfach (-292..324) look up together.
"""

MIN, MAX = -342, 324


def leading_bits(e):
    """floor(10^e * 2^s) with s such that the result has 128 bits."""
    if e >= 0:
        v = 10**e
        shift = v.bit_length() - 128
        return v >> shift if shift >= 0 else v << -shift
    d = 10**-e
    g = (1 << (127 + d.bit_length())) // d
    return g >> (g.bit_length() - 128)


def main():
    rows = []
    for e in range(MIN, MAX + 1):
        g = leading_bits(e)
        high, low = g >> 64, g & (2**64 - 1)
        assert high >> 63 == 1
        assert low != 2**64 - 1, "users round up by adding 1 to the low word"
        rows.append(f"    {{0x{high:016x}, 0x{low:016x}}}, /* {e} */")
    print("/* powers_table.h - written by tools/make_powers.py: 10^e, 128 leading bits, rounded down. */")
    print("#ifndef BASE_POWERS_TABLE_H\n#define BASE_POWERS_TABLE_H\n")
    print('#include "base/power.h"\n')
    print("/* clang-format off */")
    print("static const struct power powers_table[POWER_MAX - POWER_MIN + 1] = {")
    print("\n".join(rows))
    print("};\n/* clang-format on */\n\n#endif")


if __name__ == "__main__":
    main()
