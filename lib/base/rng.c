/*
 * rng.c - Philox4x32-10 streams and the distributions drawn from them.
 *
 * A stream uses the blocks whose counter is (number, number, 0, 0). A child's key comes from the block with
 * counter (label, label, 1, 0) under the parent's key, which no stream uses.
 *
 * Normal deviates by inversion, Wichura's AS 241 (Applied Statistics 37, 1988): one draw each, relative error
 * about 1e-16.
 */
#include "base/rng.h"

#include <math.h>

enum { ROUNDS = 10, DOMAIN_SPLIT = 1 };

/* Multipliers and Weyl constants of the paper. */
static const uint32_t m0 = 0xD2511F53, m1 = 0xCD9E8D57, w0 = 0x9E3779B9, w1 = 0xBB67AE85;

/* Coefficients of AS 241, highest power first: centre, middle and far tail. */
static const double centre_num[8] = {2.5090809287301226727e+3, 3.3430575583588128105e+4,
    6.7265770927008700853e+4, 4.5921953931549871457e+4, 1.3731693765509461125e+4, 1.9715909503065514427e+3,
    1.3314166789178437745e+2, 3.3871328727963666080e+0};
static const double centre_den[8] = {5.2264952788528545610e+3, 2.8729085735721942674e+4,
    3.9307895800092710610e+4, 2.1213794301586595867e+4, 5.3941960214247511077e+3, 6.8718700749205790830e+2,
    4.2313330701600911252e+1, 1.0};
static const double middle_num[8] = {7.74545014278341407640e-4, 2.27238449892691845833e-2,
    2.41780725177450611770e-1, 1.27045825245236838258e+0, 3.64784832476320460504e+0,
    5.76949722146069140550e+0, 4.63033784615654529590e+0, 1.42343711074968357734e+0};
static const double middle_den[8] = {1.05075007164441684324e-9, 5.47593808499534494600e-4,
    1.51986665636164571966e-2, 1.48103976427480074590e-1, 6.89767334985100004550e-1,
    1.67638483018380384940e+0, 2.05319162663775882187e+0, 1.0};
static const double far_num[8] = {2.01033439929228813265e-7, 2.71155556874348757815e-5,
    1.24266094738807843860e-3, 2.65321895265761230930e-2, 2.96560571828504891230e-1,
    1.78482653991729133580e+0, 5.46378491116411436990e+0, 6.65790464350110377720e+0};
static const double far_den[8] = {2.04426310338993978564e-15, 1.42151175831644588870e-7,
    1.84631831751005468180e-5, 7.86869131145613259100e-4, 1.48753612908506148525e-2,
    1.36929880922735805310e-1, 5.99832206555887937690e-1, 1.0};

static double ratio(const double num[8], const double den[8], double r)
{
    double a = num[0], b = den[0];
    for (int i = 1; i < 8; i++) {
        a = a * r + num[i];
        b = b * r + den[i];
    }
    return a / b;
}

/* The quantile of the standard normal distribution at p in (0, 1). */
static double normal_quantile(double p)
{
    double q = p - 0.5;
    if (fabs(q) <= 0.425)
        return q * ratio(centre_num, centre_den, 0.180625 - q * q);
    double r = sqrt(-log(q < 0 ? p : 1.0 - p));
    double x = r <= 5.0 ? ratio(middle_num, middle_den, r - 1.6) : ratio(far_num, far_den, r - 5.0);
    return q < 0 ? -x : x;
}

void philox4x32_10(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4])
{
    uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
    uint32_t k0 = key[0], k1 = key[1];
    for (int i = 0; i < ROUNDS; i++) {
        uint64_t p0 = (uint64_t)m0 * c0, p1 = (uint64_t)m1 * c2;
        c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
        c1 = (uint32_t)p1;
        c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
        c3 = (uint32_t)p0;
        k0 += w0;
        k1 += w1;
    }
    out[0] = c0;
    out[1] = c1;
    out[2] = c2;
    out[3] = c3;
}

struct rng rng_seed(uint64_t seed)
{
    struct rng r = {.key = {(uint32_t)seed, (uint32_t)(seed >> 32)}};
    return r;
}

struct rng rng_split(const struct rng *r, uint64_t label)
{
    const uint32_t counter[4] = {(uint32_t)label, (uint32_t)(label >> 32), DOMAIN_SPLIT, 0};
    uint32_t block[4];
    philox4x32_10(counter, r->key, block);
    struct rng child = {.key = {block[0], block[1]}};
    return child;
}

uint32_t rng_u32(struct rng *r)
{
    if (r->left == 0) {
        const uint32_t counter[4] = {(uint32_t)r->counter, (uint32_t)(r->counter >> 32), 0, 0};
        philox4x32_10(counter, r->key, r->block);
        r->counter++;
        r->left = 4;
    }
    return r->block[4 - r->left--];
}

uint64_t rng_u64(struct rng *r)
{
    uint64_t low = rng_u32(r);
    return low | (uint64_t)rng_u32(r) << 32;
}

uint32_t rng_below(struct rng *r, uint32_t n)
{
    uint64_t product = (uint64_t)rng_u32(r) * n;
    if ((uint32_t)product < n) {
        uint32_t least = (0U - n) % n;
        while ((uint32_t)product < least)
            product = (uint64_t)rng_u32(r) * n;
    }
    return (uint32_t)(product >> 32);
}

double rng_double(struct rng *r)
{
    return (double)(rng_u64(r) >> 11) * 0x1p-53;
}

/* Midpoints of 2^52 intervals: neither 0 nor 1, both exact. */
double rng_normal(struct rng *r)
{
    return normal_quantile(((double)(rng_u64(r) >> 12) + 0.5) * 0x1p-52);
}

double rng_log_uniform(struct rng *r, double lo, double hi)
{
    double from = log(lo);
    double x = exp(from + rng_double(r) * (log(hi) - from));
    return x < lo ? lo : x > hi ? hi : x;
}

/* a holds row numbers or the like: n < 2^31. */
void rng_shuffle(struct rng *r, int32_t *a, int64_t n)
{
    for (int64_t i = n - 1; i > 0; i--) {
        uint32_t j = rng_below(r, (uint32_t)i + 1);
        int32_t swap = a[i];
        a[i] = a[j];
        a[j] = swap;
    }
}

void rng_sample(struct rng *r, int32_t n, int32_t m, int32_t *out)
{
    for (int32_t i = 0, taken = 0; taken < m; i++)
        if (rng_below(r, (uint32_t)(n - i)) < (uint32_t)(m - taken))
            out[taken++] = i;
}
