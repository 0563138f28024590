/*
 * lapack.c - symmetric eigenvalues (LAPACK's dsyevr) and Cholesky factors (own, blocked, left-looking).
 *
 * LAPACKE's plain functions print on stdout when they run out of memory, so only a _work form is called, with
 * a workspace of ours.
 */
#include "linalg/linalg.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include <lapacke.h>

enum { PANEL = 48 }; /* columns that are factored before the next ones are updated by one product */

static bool all_finite(int64_t n, const double *a, int64_t lda)
{
    for (int64_t j = 0; j < n; j++)
        for (int64_t i = 0; i < n; i++)
            if (!isfinite(a[j * lda + i]))
                return false;
    return true;
}

/* The arrays of one dsyevr call. */
struct eigen {
    lapack_int n, lda;
    double *a, *w, *z;
    lapack_int *isuppz;
    double *work;
    lapack_int *iwork;
    lapack_int lwork, liwork;
};

/* All eigenvalues at full precision; with lwork = -1 the sizes of the workspace. Returns dsyevr's info. */
static lapack_int dsyevr(
    const struct eigen *e, double *work, lapack_int lwork, lapack_int *iwork, lapack_int liwork)
{
    lapack_int found = 0;
    return LAPACKE_dsyevr_work(LAPACK_COL_MAJOR, 'V', 'A', 'L', e->n, e->a, e->lda, 0, 0, 0, 0, 0, &found,
        e->w, e->z, e->n, e->isuppz, work, lwork, iwork, liwork);
}

static automl_status eigen_run(struct mem *m, struct eigen *e, automl_error *err)
{
    automl_status status = AUTOML_OK;
    double size = 0;
    lapack_int isize = 0, info = dsyevr(e, &size, -1, &isize, -1);
    if (info != 0)
        return error_set(err, AUTOML_E_INTERNAL, "LAPACK refuses argument %d of dsyevr", -(int)info);
    e->lwork = (lapack_int)size;
    e->liwork = isize;
    e->work = NEW_ARRAY(m, e->lwork, double);
    e->iwork = NEW_ARRAY(m, e->liwork, lapack_int);
    if (!e->work || !e->iwork)
        status = error_memory(err);
    else if (dsyevr(e, e->work, e->lwork, e->iwork, e->liwork) != 0)
        status = error_set(err, AUTOML_E_NUMERIC, "the eigenvalues of a %d x %d matrix did not converge",
            (int)e->n, (int)e->n);
    mem_free(m, e->work);
    mem_free(m, e->iwork);
    return status;
}

automl_status la_eigen_symmetric(
    struct mem *m, int64_t n, double *a, int64_t lda, double *w, automl_error *err)
{
    if (n <= 0)
        return AUTOML_OK;
    if (lda > INT32_MAX / 2 || n > INT32_MAX / 64)
        return error_set(
            err, AUTOML_E_UNSUPPORTED, "a matrix of order %" PRId64 " is too large for LAPACK", n);
    if (!all_finite(n, a, lda))
        return error_set(
            err, AUTOML_E_NUMERIC, "a matrix with missing or infinite values has no eigenvalues");
    automl_status status = AUTOML_OK;
    struct eigen e = {.n = (lapack_int)n, .lda = (lapack_int)lda, .a = a, .w = w};
    size_t items = 0;
    e.z = size_mul((size_t)n, (size_t)n, &items) ? NEW_ARRAY(m, items, double) : NULL;
    e.isuppz = NEW_ARRAY(m, 2 * n, lapack_int);
    TRY_DONE(e.z && e.isuppz ? AUTOML_OK : error_memory(err));
    TRY_DONE(eigen_run(m, &e, err));
    for (int64_t j = 0; j < n; j++)
        memcpy(a + j * lda, e.z + j * n, (size_t)n * sizeof *a);
done:
    mem_free(m, e.z);
    mem_free(m, e.isuppz);
    return status;
}

/* Factors the n x n block at a, n <= PANEL; `first` is its place in the matrix, for the message. */
static automl_status factor_block(int64_t n, double *a, int64_t lda, int64_t first, automl_error *err)
{
    for (int64_t j = 0; j < n; j++) {
        double *column = a + j * lda;
        if (!(column[j] > 0) || !isfinite(column[j]))
            return error_set(err, AUTOML_E_NUMERIC,
                "the matrix is not positive definite (column %" PRId64 "); add to its diagonal", first + j);
        column[j] = sqrt(column[j]);
        la_scale(n - j - 1, 1 / column[j], column + j + 1);
        for (int64_t c = j + 1; c < n; c++)
            la_axpy(n - c, -column[c], column + c, a + c * lda + c);
    }
    return AUTOML_OK;
}

/* X := X inv(L'), for the m rows below a factored n x n block L. */
static void solve_below(int64_t m, int64_t n, const double *l, double *x, int64_t lda)
{
    for (int64_t j = 0; j < n; j++) {
        for (int64_t c = 0; c < j; c++)
            la_axpy(m, -l[c * lda + j], x + c * lda, x + j * lda);
        la_scale(m, 1 / l[j * lda + j], x + j * lda);
    }
}

/* Subtracts from the panel at column `from` what the columns before it contribute; keeps the upper triangle.
 */
static void update_panel(int64_t n, double *a, int64_t lda, int64_t from, int64_t width)
{
    double square[PANEL * PANEL];
    const double *rows = a + from;
    la_gemm(LA_N, LA_T, width, width, from, 1, rows, lda, rows, lda, 0, square, width);
    for (int64_t j = 0; j < width; j++)
        la_axpy(width - j, -1, square + j * width + j, a + (from + j) * lda + from + j);
    int64_t below = from + width;
    la_gemm(
        LA_N, LA_T, n - below, width, from, -1, a + below, lda, rows, lda, 1, a + from * lda + below, lda);
}

automl_status la_cholesky(int64_t n, double *a, int64_t lda, automl_error *err)
{
    for (int64_t from = 0; from < n; from += PANEL) {
        int64_t width = n - from < PANEL ? n - from : PANEL;
        double *diagonal = a + from * lda + from;
        if (from > 0)
            update_panel(n, a, lda, from, width);
        TRY(factor_block(width, diagonal, lda, from, err));
        solve_below(n - from - width, width, diagonal, diagonal + width, lda);
    }
    return AUTOML_OK;
}

void la_cholesky_solve(int64_t n, const double *l, int64_t lda, double *b)
{
    for (int64_t j = 0; j < n; j++) {
        b[j] /= l[j * lda + j];
        la_axpy(n - j - 1, -b[j], l + j * lda + j + 1, b + j + 1);
    }
    for (int64_t j = n - 1; j >= 0; j--)
        b[j] = (b[j] - la_dot(n - j - 1, l + j * lda + j + 1, b + j + 1)) / l[j * lda + j];
}
