/* One training step of MLP(2, [H, H, 1]) with hinge loss and L2 over ROWS rows, and SGD.
   Parameters unit by unit: the weights of a unit, then its bias. */
#include <math.h>
#include <string.h>

#if TANH
#define ACTIVATION(z) tanh(z)
#define SLOPE(a) (1.0 - (a) * (a))
#else
#define ACTIVATION(z) ((z) > 0.0 ? (z) : 0.0)
#define SLOPE(a) ((a) > 0.0 ? 1.0 : 0.0)
#endif
#define COUNT (3 * H + H * (H + 1) + H + 1)

void step(double *restrict p, const double *restrict X, const double *restrict y,
          double lr, double l2)
{
    const double *w1 = p, *w2 = p + 3 * H, *w3 = w2 + H * (H + 1);
    double t2[H][H], g1[3][H], g2[H][H], gb2[H], g3[H], gb3 = 0.0, u1[3][H];
    memset(g1, 0, sizeof g1); memset(g2, 0, sizeof g2);
    memset(gb2, 0, sizeof gb2); memset(g3, 0, sizeof g3);
    for (int j = 0; j < H; j++) {
        for (int k = 0; k < 3; k++) u1[k][j] = w1[3 * j + k];
        for (int k = 0; k < H; k++) t2[k][j] = w2[(H + 1) * j + k];
    }
    for (int i = 0; i < ROWS; i++) {
        double a1[H], a2[H], d1[H], d2[H], x0 = X[2 * i], x1 = X[2 * i + 1];
        for (int j = 0; j < H; j++)
            a1[j] = ACTIVATION(x0 * u1[0][j] + x1 * u1[1][j] + u1[2][j]);
        for (int j = 0; j < H; j++) a2[j] = w2[(H + 1) * j + H];
        for (int k = 0; k < H; k++)
            for (int j = 0; j < H; j++) a2[j] += a1[k] * t2[k][j];
        for (int j = 0; j < H; j++) a2[j] = ACTIVATION(a2[j]);
        double score = w3[H];
        for (int j = 0; j < H; j++) score += w3[j] * a2[j];
        double d = 1.0 - y[i] * score > 0.0 ? -y[i] : 0.0;
        if (d == 0.0) continue;
        gb3 += d;
        for (int j = 0; j < H; j++) { g3[j] += d * a2[j]; d2[j] = d * w3[j] * SLOPE(a2[j]); }
        memset(d1, 0, sizeof d1);
        for (int j = 0; j < H; j++) {
            gb2[j] += d2[j];
            for (int k = 0; k < H; k++) {
                g2[j][k] += d2[j] * a1[k];
                d1[k] += d2[j] * w2[(H + 1) * j + k];
            }
        }
        for (int k = 0; k < H; k++) {
            double s = d1[k] * SLOPE(a1[k]);
            g1[0][k] += s * x0; g1[1][k] += s * x1; g1[2][k] += s;
        }
    }
    for (int j = 0; j < H; j++) {
        for (int k = 0; k < 3; k++)
            p[3 * j + k] -= lr * (g1[k][j] / ROWS + 2.0 * l2 * p[3 * j + k]);
        double *w = p + 3 * H + (H + 1) * j;
        for (int k = 0; k < H; k++) w[k] -= lr * (g2[j][k] / ROWS + 2.0 * l2 * w[k]);
        w[H] -= lr * (gb2[j] / ROWS + 2.0 * l2 * w[H]);
    }
    double *w = p + 3 * H + H * (H + 1);
    for (int j = 0; j < H; j++) w[j] -= lr * (g3[j] / ROWS + 2.0 * l2 * w[j]);
    w[H] -= lr * (gb3 / ROWS + 2.0 * l2 * w[H]);
}
