/* Licences: ../vendor/LICENSES.txt */
