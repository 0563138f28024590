/*
 * linalg.h - dense linear algebra on column-major doubles; the only room that includes cblas.h and lapacke.h.
 *
 * GEMM is tiled so that every BLAS call stays at or below m n k = 2^18: OpenBLAS 0.3 then runs it on the
 * calling thread (a threaded one ends the process when its malloc fails). Level 1 and 2 are our own loops,
 * which are bound by memory anyway. Reductions have a fixed order, so results do not depend on threads.
 * LAPACK is called through its _work forms with the caller's workspace. Leading dimensions are below 2^31.
 */
#ifndef LINALG_LINALG_H
#define LINALG_LINALG_H

#include "base/error.h"
#include "base/memory.h"

enum la_trans { LA_N, LA_T };

/* Run once on each new thread, so that BLAS makes its buffers before memory is short. */
void la_warm_up(void);

double la_dot(int64_t n, const double *x, const double *y);
void la_axpy(int64_t n, double a, const double *x, double *y);
void la_scale(int64_t n, double a, double *x);
double la_norm2(int64_t n, const double *x);
double la_sum(int64_t n, const double *x);
/* y := alpha op(A) x + beta y; A is m x n with leading dimension lda. */
void la_gemv(enum la_trans t, int64_t m, int64_t n, double alpha, const double *a, int64_t lda,
    const double *x, double beta, double *y);
/* C := alpha op(A) op(B) + beta C; C is m x n, inner dimension k. */
void la_gemm(enum la_trans ta, enum la_trans tb, int64_t m, int64_t n, int64_t k, double alpha,
    const double *a, int64_t lda, const double *b, int64_t ldb, double beta, double *c, int64_t ldc);
void la_gemm_f32(enum la_trans ta, enum la_trans tb, int64_t m, int64_t n, int64_t k, float alpha,
    const float *a, int64_t lda, const float *b, int64_t ldb, float beta, float *c, int64_t ldc);
/* C := A'A, both triangles, of an m x n matrix A: C is n x n. */
void la_gram(int64_t m, int64_t n, const double *a, int64_t lda, double *c, int64_t ldc);

/* Symmetric eigenvalues ascending in w, eigenvectors in the columns of a (dsyevr). a is n x n, destroyed. */
automl_status la_eigen_symmetric(
    struct mem *m, int64_t n, double *a, int64_t lda, double *w, automl_error *err);
/* Cholesky factor in the lower triangle, in place; AUTOML_E_NUMERIC if not positive definite. Own code:
 * never threaded. */
automl_status la_cholesky(int64_t n, double *a, int64_t lda, automl_error *err);
/* Solves L L' x = b in place for one right-hand side. */
void la_cholesky_solve(int64_t n, const double *l, int64_t lda, double *b);

#endif
