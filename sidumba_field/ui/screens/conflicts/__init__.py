"""Screen 07, Selesaikan Konflik: two versions of one record side by side, decided with the arrow keys."""
