/*
 * Two clocks kept together: from how much too much is waiting between them, by how much less must be made. A low-pass
 * (so that the jitter of a thread is not heard) and a slow control loop of second order. Pure.
 */
#ifndef BELFRY_DRIVERS_ALSA_STEER_H
#define BELFRY_DRIVERS_ALSA_STEER_H

#define STEER_MAX 1e-3 /* a card that is further off is broken */

struct steer {
	double smooth_s, integral;
};

/* Begins anew; what was learnt of the clocks (the integral) stays. */
void steer_restart(struct steer *steer);
/* error_s: seconds of sound too much; since_s: since the last call. Make so much less: 1e-6 is 1 ppm. */
double steer_update(struct steer *steer, double error_s, double since_s);

#endif
